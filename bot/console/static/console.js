// Passkeys and live checks. Every page works without it.
"use strict";

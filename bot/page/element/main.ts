/** The script of every page. Without it the forms and links of the page do the same. */
import { HandrailChat } from "./chat";
import { watchSheets } from "./keep";
import { watchLeaving } from "./leave";

watchLeaving();
watchSheets();
customElements.define("handrail-chat", HandrailChat);

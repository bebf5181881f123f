// Printing, copying and composing a message from chosen sentences. All of it stays in this page.
"use strict";

(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  const status = document.getElementById("copied");
  const message = document.getElementById("message");
  const boxes = [...sheet.querySelectorAll("input[type=checkbox]")];

  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value).join("\n");
  const text = () => (message ? message.value : sheet.innerText);

  for (const box of boxes) {
    box.addEventListener("change", () => {
      message.value = chosen();
      document.getElementById("composed").hidden = message.value === "";
    });
  }
  document.getElementById("tools").hidden = false;
  document.getElementById("print").addEventListener("click", () => window.print());
  document.getElementById("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    status.textContent = status.dataset.done;
  });
})();

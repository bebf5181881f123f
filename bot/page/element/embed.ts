/** The loader for other sites: a frame with the page, and an exit of the host page itself. */
import { onThirdShift } from "./shift";

const me = document.currentScript as HTMLScriptElement;
const { exit = "", leave = "" } = me.dataset;
const home = new URL(me.src).origin;

const go = () => {
  document.title = "";
  document.body.replaceChildren();
  location.replace(exit);
};

const bar = document.createElement("a");
bar.href = exit;
bar.rel = "nofollow noreferrer";
bar.textContent = leave;
bar.style.cssText =
  "all:revert;position:sticky;top:0;z-index:2147483647;display:block;padding:11px;min-height:22px;background:#a5232b;color:#fff;font:bold 17px/22px sans-serif;text-align:center";
bar.onclick = (event) => {
  event.preventDefault();
  go();
};

const frame = document.createElement("iframe");
frame.title = me.title;
frame.sandbox.value =
  "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
frame.referrerPolicy = "no-referrer";
frame.src = `${home}/?${new URLSearchParams({ host: location.origin, locale: me.lang })}`;
frame.style.cssText = "all:revert;display:block;width:100%;height:90vh;border:0";

me.after(frame);
document.body.prepend(bar);
onThirdShift(go);
addEventListener("message", (event) => {
  if (event.origin === home && event.source === frame.contentWindow) {
    if (event.data === "handrail:leave") go();
  }
});

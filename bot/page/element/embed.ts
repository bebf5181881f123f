/** The loader for other sites: a frame with the page, and an exit of the host page itself. */
import { onThirdShift } from "./shift";

const me = document.currentScript as HTMLScriptElement;
const { exit = "", leave = "" } = me.dataset;
const home = new URL(me.src).origin;

// A document that is opened anew is blank and has none of the host's listeners: nothing asks whether to
// stay, and the neutral page does not learn where somebody came from.
const go = () => {
  try {
    document.open();
    const referrer = document.createElement("meta");
    referrer.name = "referrer";
    referrer.content = "no-referrer";
    document.append(document.implementation.createHTMLDocument("").documentElement);
    document.head.append(referrer);
    document.close();
  } finally {
    location.replace(exit);
  }
};

const bar = document.createElement("a");
bar.href = exit;
bar.rel = "nofollow noreferrer";
bar.textContent = leave;
bar.style.cssText =
  "all:revert;position:fixed;inset:auto 0 0;z-index:2147483647;display:block;padding:11px;background:#a5232b;color:#fff;font:bold 17px/22px sans-serif;text-align:center";
bar.onclick = (event) => {
  event.preventDefault();
  go();
};

const room = document.createElement("div");
room.style.cssText = "height:48px";

const frame = document.createElement("iframe");
frame.title = me.title;
frame.sandbox.value =
  "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
frame.referrerPolicy = "no-referrer";
frame.src = `${home}/?${new URLSearchParams({ host: location.origin, locale: me.lang })}`;
frame.style.cssText = "all:revert;display:block;width:100%;height:90vh;border:0";

onThirdShift(go);
addEventListener("message", (event) => {
  if (event.origin === home && event.source === frame.contentWindow) {
    if (event.data === "handrail:leave") go();
  }
});
const show = () => {
  me.after(frame);
  document.body.prepend(bar);
  // The last lines of the host page are not covered by the bar.
  document.body.append(room);
};
// In the head there is no body to show it in yet.
if (document.body) show();
else addEventListener("DOMContentLoaded", show);

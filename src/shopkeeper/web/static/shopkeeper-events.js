/* Shopkeeper events: sends what shoppers do to POST /v1/events. No dependency. Apache-2.0
 *
 *   <script src="{your Shopkeeper}/shopkeeper-events.js" data-key="sk_…" async></script>
 *   <ul data-sk-list="{list id}"> <li data-sk-product="mug" data-sk-position="0"> … a click on it is a select_item
 *
 *   shopkeeper.track("add_to_cart", {items: [{product_id: "mug", quantity: 2, price: "39.00 CNY"}]})
 *   shopkeeper.consent({analytics: true, personalisation: true})      what the shopper answered; kept, and sent with every event
 *
 * data-strict: nothing is stored or sent before the shopper has agreed. data-endpoint: another address than this script's own.
 * An event waits in the tab's storage until it was acknowledged, and is sent again with the same event_id: the server keeps it once.
 */
(function () {
  "use strict";
  const tag = document.currentScript;
  const url = (tag.dataset.endpoint || new URL("/v1/events", tag.src).href) + "?key=" + encodeURIComponent(tag.dataset.key || "");
  const strict = "strict" in tag.dataset;
  const lang = (document.documentElement.lang || "").slice(0, 2);
  const MOST = 200, AT_ONCE = 50;
  let queue = read(sessionStorage, "shopkeeper.queue") || [];
  let answer = read(localStorage, "shopkeeper.consent");
  let busy = false, pause = 0, timer = 0, visitor = "";

  function read(store, name) {
    try { return JSON.parse(store.getItem(name)); } catch { return null; }
  }
  function write(store, name, value) {
    try { store.setItem(name, JSON.stringify(value)); } catch { /* full or forbidden: memory must do */ }
  }
  function id() {
    return crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
  }
  function visitorId() {
    visitor = visitor || read(localStorage, "shopkeeper.visitor") || id();
    write(localStorage, "shopkeeper.visitor", visitor);
    return visitor;
  }
  function allowed() {
    return answer ? answer.analytics === true : !strict;
  }
  function put(name, details) {
    const event = { event_id: id(), name, timestamp: new Date().toISOString(), visitor_id: visitorId(), ...details };
    if (lang === "zh" || lang === "en") event.lang = event.lang || lang;
    if (answer) event.consent = answer;
    queue = queue.concat(event).slice(-MOST);
    write(sessionStorage, "shopkeeper.queue", queue);
    later(100);
  }
  function track(name, details) {
    if (allowed()) put(name, details);
  }
  function consent(given) {
    if (!given) return answer;
    answer = { analytics: !!given.analytics, personalisation: !!given.personalisation, marketing: !!given.marketing };
    write(localStorage, "shopkeeper.consent", answer);
    if (!answer.analytics) queue = [];
    // a yes goes with the next event; a no is told at once, by an event that the server drops for it (who was never known need not tell)
    if (!answer.analytics && read(localStorage, "shopkeeper.visitor")) put("view_item_list", {});
    return answer;
  }
  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  }
  function sent(events) {
    const gone = new Set(events.map((event) => event.event_id));
    queue = queue.filter((event) => !gone.has(event.event_id));
    write(sessionStorage, "shopkeeper.queue", queue);
  }
  async function flush() {
    if (busy || !queue.length) return;
    busy = true;
    const events = queue.slice(0, AT_ONCE);
    let reply = null;
    try {
      // text/plain with the key in the query: no preflight
      reply = await fetch(url, { method: "POST", body: JSON.stringify({ events }), headers: { "Content-Type": "text/plain" }, keepalive: true });
    } catch { /* no network: try again */ }
    busy = false;
    if (reply && reply.status < 500 && reply.status !== 429) {
      sent(events); // taken, or refused for good
      pause = 0;
      if (queue.length) later(0);
    } else {
      pause = Math.min(60, Math.max(+(reply && reply.headers.get("Retry-After")) || 0, pause * 2 || 1));
      later(pause * 1000);
    }
  }
  addEventListener("pagehide", () => {
    if (queue.length) navigator.sendBeacon(url, JSON.stringify({ events: queue.slice(0, AT_ONCE) }));
  });
  document.addEventListener("click", (click) => {
    const item = click.target.closest && click.target.closest("[data-sk-product]");
    if (!item) return;
    const list = item.closest("[data-sk-list]");
    const chosen = { product_id: item.dataset.skProduct };
    if (item.dataset.skPosition) chosen.position = +item.dataset.skPosition;
    track("select_item", { items: [chosen], ...(list && { list_id: list.dataset.skList }) });
  });
  window.shopkeeper = { track, consent, flush, visitorId };
  if (queue.length) later(0);
})();

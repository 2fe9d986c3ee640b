// What makes the console quicker by keyboard. Everything works without it.
const find = document.getElementById("find");

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k" && find) {
    event.preventDefault();
    find.focus();
    find.select();
  }
});

// Up and down go from row to row by each row's first link; Home and End to the first and last.
for (const table of document.querySelectorAll("table[data-rows]")) {
  const links = [...table.tBodies[0].rows].map((row) => row.querySelector("a")).filter(Boolean);
  table.addEventListener("keydown", (event) => {
    const at = links.indexOf(event.target);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined || !links[to]) return;
    event.preventDefault();
    links[to].focus();
  });
}

// On a narrow screen the rail lies flat: bring the page that one is on into view.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A sheet that was asked for is where one reads on.
if (location.hash === "#sheet") document.getElementById("sheet")?.focus();

for (const market of document.querySelectorAll(".bar-market select")) {
  market.addEventListener("change", () => market.form.requestSubmit());
}

// What moves by itself stands still while nobody looks, and while somebody types or goes about in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.matches("[data-live]") && (document.hidden || part.contains(document.activeElement))) event.preventDefault();
});

// An answer without the part (the session has ended, the server is ill) is a page of its own: show that one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.target;
  if (!part.matches("[data-live]") || event.detail.serverResponse.includes(`id="${part.id}"`)) return;
  event.detail.shouldSwap = false;
  location.reload();
});

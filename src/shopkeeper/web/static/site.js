// What makes the pages quicker to use. Everything works without it.
document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// Suggestions under a search field: an ARIA 1.2 combobox with a list box (WAI-ARIA Authoring Practices, "Editable combobox with list autocomplete").
const WAIT_MS = 90;

function suggest(form) {
  const input = form.querySelector("input[name=q]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-suggest-status]");
  const known = new Map();
  let typed = input.value;
  let active = -1;
  let timer = 0;
  let request = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.children];

  // an answer that is still under way must neither open a list that was closed nor change one that is being walked
  function settle() {
    clearTimeout(timer);
    request?.abort();
  }

  function close() {
    settle();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(html) {
    list.innerHTML = html; // rendered and escaped by our own server
    options().forEach((option, place) => { option.id = `${list.id}-${place}`; });
    active = -1;
    input.removeAttribute("aria-activedescendant");
    const count = options().length;
    list.hidden = count === 0;
    input.setAttribute("aria-expanded", String(count > 0));
    status.textContent = count ? form.dataset.countWords.replace("#", count) : "";
  }

  async function fetchFor(prefix) {
    settle();
    request = new AbortController();
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(prefix)}`;
      const answer = await fetch(address, { signal: request.signal, headers: { Accept: "text/html" } });
      const html = answer.ok ? await answer.text() : "";
      if (known.size > 200) known.clear();
      known.set(prefix, html);
      if (input.value.trim() === prefix && document.activeElement === input) show(html);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function typedNow() {
    typed = input.value;
    const prefix = typed.trim();
    settle();
    if (!prefix) return close();
    if (known.has(prefix)) return show(known.get(prefix));
    timer = setTimeout(() => fetchFor(prefix), WAIT_MS);
  }

  function move(step) {
    settle();
    const all = options();
    if (!all.length) return;
    // one place beyond the last option is the field itself, with what was typed
    active = ((active + 1 + step + all.length + 1) % (all.length + 1)) - 1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    if (active < 0) {
      input.value = typed;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    const option = all[active];
    input.value = option.dataset.text;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    location.href = option.dataset.href;
  }

  input.addEventListener("input", (event) => {
    if (!event.isComposing) typedNow();
  });
  input.addEventListener("compositionend", typedNow);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) typedNow();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Escape") {
      settle();
      if (list.hidden) return;
      event.preventDefault();
      input.value = typed;
      close();
    }
  });
  input.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== input) close(); }, 150));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the field
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
}

document.querySelectorAll("form[data-suggest]").forEach(suggest);

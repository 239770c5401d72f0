// What every page can do; all of it works without, less comfortably.

const isTyping = () => document.activeElement?.matches("input, select, textarea, [contenteditable]");

// --- Keys ---

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return closeMenus({ andFocus: true });
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping()) return;
  if (event.key === "/") {
    const search = document.querySelector("main [type=search], [type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "?") document.getElementById("keys")?.showModal();
});

// --- Menus ---

function closeMenus({ except = null, andFocus = false } = {}) {
  for (const menu of document.querySelectorAll("details:is(.menu, .sheet)[open]")) {
    if (menu.contains(except)) continue;
    menu.open = false;
    if (andFocus) menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => closeMenus({ except: event.target }));

// --- Dialogs, instead of pages of their own ---

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});
for (const button of document.querySelectorAll("[data-dialog][hidden]")) button.hidden = false;

// --- Forms: one press is one answer; what was typed is not lost unasked ---

let changed = null;

document.addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-guard]")) changed = event.target.form;
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Its own sending saves it; a language or a theme is chosen by another form, and takes it along.
  if (form === changed || (form.matches("[data-keeps]") && kept())) changed = null;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

addEventListener("beforeunload", (event) => {
  if (!changed) return;
  event.preventDefault();
  // Runs when the question is answered: whoever stays may press again.
  setTimeout(free);
});

// An answer that keeps the page (a download, a swapped fragment, the back button) frees the form.
function free() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
}

addEventListener("pageshow", free);
document.addEventListener("htmx:afterRequest", free);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-download]")) setTimeout(free, 4000);
});

// --- What was typed goes along when a language or theme is chosen ---

const posts = [...document.querySelectorAll("main form[method=post i]")];
const place = `kept:${location.pathname}${location.search}`;
const A_MINUTE = 60_000;
// Stay where they were typed or chosen.
const SECRETS = "[type=password], [type=file]";
const UNTYPED = `${SECRETS}, [type=hidden], [type=submit], button`;

const isChosen = (field) => field.type === "checkbox" || field.type === "radio";
const fields = (form) => [...form.elements].filter((one) => one.name && !one.matches(UNTYPED));
const read = (form) => fields(form).map((field) => [field.name, value(field)]);
const holdsSecrets = (form) => [...form.elements].some((one) => one.matches(SECRETS) && one.value);
const asLoaded = posts.map((form) => JSON.stringify(read(form)));

function value(field) {
  if (isChosen(field)) return field.checked;
  // By what they stand for: another language may order them otherwise.
  if (field.options) return [...field.selectedOptions].map((option) => option.value);
  return field.value;
}

function put(field, was) {
  if (isChosen(field)) field.checked = was;
  else if (field.options) for (const one of field.options) one.selected = was.includes(one.value);
  else field.value = was;
  // Whoever leaves now is asked as if it had just been typed.
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// A form that came back with errors holds what was typed before, too.
const isTyped = (form, i) =>
  form.querySelector("[aria-invalid=true]") || JSON.stringify(read(form)) !== asLoaded[i];

// Whether nothing will be missed; a browser that may keep nothing asks before it leaves.
function kept() {
  const forms = posts.map((form, i) => (isTyped(form, i) ? read(form) : null));
  try {
    if (forms.some(Boolean)) sessionStorage.setItem(place, JSON.stringify({ at: Date.now(), forms }));
    return !posts.some(holdsSecrets);
  } catch {
    return false;
  }
}

function putBack() {
  const { at, forms } = JSON.parse(sessionStorage.getItem(place) ?? "{}");
  sessionStorage.removeItem(place);
  if (!forms || Date.now() - at > A_MINUTE) return;
  posts.forEach((form, i) => {
    fields(form).forEach((field, n) => {
      const [name, was] = forms[i]?.[n] ?? [];
      if (name === field.name && String(was) !== String(value(field))) put(field, was);
    });
  });
}

try {
  putBack();
} catch {
  // Without it the page is as it came.
}

// --- Logging out leaves nothing typed in this tab ---

document.addEventListener("submit", (event) => {
  // Last of all: until the page has gone it may put down more.
  if (event.target.matches("[data-forgets]")) addEventListener("pagehide", forget);
});

function forget() {
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was kept.
  }
}

// --- The names of chosen files ---

document.addEventListener("change", ({ target }) => {
  const names = target.nextElementSibling?.querySelector("[data-file]");
  if (names) names.textContent = [...target.files].map((file) => file.name).join(", ") || names.dataset.file;
});

// --- A select that sends its form ---

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// --- Copy a code ---

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  button.querySelector("span").textContent = button.dataset.done;
});
for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;

// --- Checkboxes: all on the page, a range with Shift ---

for (const all of document.querySelectorAll("[data-all]")) watch(all, all.form);

function watch(all, form) {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const count = form.querySelector("[data-count]");
  let last = -1;

  function say() {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    if (count) count.textContent = count.dataset.count.replace("%n", chosen);
  }

  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    say();
  });
  boxes.forEach((box, index) =>
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        const [from, to] = [last, index].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
      }
      last = index;
      say();
    }),
  );
  addEventListener("pageshow", say);
  say();
}

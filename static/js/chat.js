// A room of the chat: nothing is lost or doubled. A ticket's messages come so, too; its form is as any other.

const SOON = 2000;
const LATEST = 30_000;
const talk = document.querySelector("[data-talk]");
const form = document.querySelector("[data-chat]");
// Others in the same tab, at the same address, see nothing.
const whose = `chat:${form?.dataset.chat}:`;
const place = `${whose}${location.pathname}`;

const lastOf = () => talk.lastElementChild?.dataset.pk ?? 0;

// --- New messages: ever later in silence ---

let pause = SOON;
let timer;

function wait() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, pause);
}

function poll() {
  clearTimeout(timer);
  htmx.trigger(talk, "poll");
}

function soon() {
  pause = SOON;
  if (!document.hidden) poll();
}

function watch() {
  talk.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.after = lastOf();
    if (talk.dataset.whose) event.detail.headers.Whose = talk.dataset.whose;
  });
  talk.addEventListener("htmx:beforeSwap", ({ detail }) => {
    wasAtEnd = atEnd();
    if (isOurs(detail.xhr)) return;
    detail.shouldSwap = false;
    if (!queue.length && !isTyping()) location.reload();
  });
  talk.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    const isNews = xhr.status === 200 && isOurs(xhr);
    if (xhr.status === 409) stop(xhr.responseText, "switch");
    if (xhr.status === 403 && form) renew().catch(() => {});
    if (isNews || xhr.status === 204) resume();
    pause = isNews ? SOON : Math.min(pause * 1.3, LATEST);
    mark(Number(xhr.getResponseHeader("Chat-Read")));
    compare(xhr.getResponseHeader("Ticket-Status"));
    if (isNews) arrive();
    wait();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : soon()));
  // By then htmx has found the list: it looks at the same moment, and was there first.
  addEventListener("DOMContentLoaded", soon);
}

// Signed out meanwhile: the page of the login is no message.
function isOurs({ responseURL }) {
  return responseURL && new URL(responseURL).pathname === talk.getAttribute("hx-get");
}

// The form of a ticket keeps nothing over a reload, that of the chat no file.
const isTyping = () => (form ? chosen().length > 0 : Boolean(document.getElementById("id_text")?.value));

function arrive() {
  document.querySelector("[data-none]")?.remove();
  for (const line of talk.querySelectorAll("[data-sent]")) {
    const sent = queue.find((one) => one.id === line.dataset.sent);
    if (sent) settle(sent);
  }
  if (wasAtEnd) talk.closest("section").scrollIntoView({ block: "end" });
  else news.hidden = false;
}

// --- Who reads above the end is told, not dragged there ---

const news = document.querySelector("[data-news]");
const atEnd = () => talk.getBoundingClientRect().bottom <= innerHeight;
let wasAtEnd;

function open() {
  // A reload would go back to where one was.
  history.scrollRestoration = "manual";
  if (!talk.dataset.status) (form ?? talk).scrollIntoView({ block: "end" });
  addEventListener("scroll", () => (news.hidden ||= atEnd()));
}

function compare(status) {
  if (status && status !== talk.dataset.status) document.querySelector("[data-changed]").hidden = false;
}

// --- What keeps this page from its room ---

const stopped = document.querySelector("[data-stopped]");

function stop(words, way) {
  if (!stopped) return;
  stopped.querySelector("p").textContent = words;
  for (const one of stopped.querySelectorAll("[data-way]")) one.hidden = one.dataset.way !== way;
  stopped.hidden = false;
}

// After a new login the token is an old one; another page has the next.
async function renew() {
  const answer = await fetch(location.pathname, { redirect: "manual" });
  if (answer.type === "opaqueredirect") return stop(stopped.dataset.signedOut, "login");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-chat]");
  if (fresh?.dataset.chat !== form.dataset.chat) return stop(stopped.dataset.elsewhere, "reload");
  for (const one of document.getElementsByName("csrfmiddlewaretoken")) {
    one.value = fresh.elements.csrfmiddlewaretoken.value;
  }
  stopped.hidden = true;
}

function resume() {
  if (!stopped || stopped.hidden) return;
  stopped.hidden = true;
  go();
}

function mark(upTo) {
  for (const line of talk.querySelectorAll("li:has([data-mark][hidden])")) {
    if (Number(line.dataset.pk) <= upTo) line.querySelector("[data-mark]").hidden = false;
  }
}

// --- Sending, one after the other ---

const queue = [];
let isSending = false;
let again;
let delay = SOON;

// Files that a reload has taken: only their names can be kept.
let lost = [];
const chosen = () => [...form.elements.attachment.files];
const asSent = (box) => (box?.checked ? "on" : "");

function keep() {
  const { text, is_private } = form.elements;
  const draft = { text: text.value, is_private: asSent(is_private) };
  const files = [...lost, ...chosen().map((file) => file.name)];
  const unsent = queue.map(({ id, fields, file }) => ({ id, fields, file: file?.name }));
  try {
    sessionStorage.setItem(place, JSON.stringify({ draft, files, unsent }));
  } catch {
    // A reload forgets.
  }
}

function put(id, fields, file) {
  const line = document.getElementById("unsent").content.cloneNode(true).firstElementChild;
  line.querySelector("p").textContent = [fields.text, file?.name].filter(Boolean).join("\n");
  line.querySelector("button").addEventListener("click", go);
  document.getElementById("outgoing").append(line);
  queue.push({ id, fields, file, line });
}

function settle(sent) {
  sent.line.remove();
  queue.splice(queue.indexOf(sent), 1);
  keep();
}

function say(sent, isFailed) {
  const { failed, held, sending } = sent.line.querySelector("[data-failed]").dataset;
  const why = stopped.hidden ? failed : held;
  sent.line.querySelector("[role=status]").textContent = isFailed ? why : sending;
  sent.line.querySelector("button").hidden = !isFailed;
}

async function go() {
  const sent = queue.find((one) => !one.isThere);
  if (!sent || isSending) return;
  clearTimeout(again);
  isSending = true;
  say(sent, false);
  const answer = await post(sent);
  isSending = false;
  if (answer?.status === 204) {
    sent.isThere = true;
    delay = SOON;
    soon();
    return go();
  }
  if ([413, 422, 429].includes(answer?.status)) return refuse(sent, answer);
  if (!queue.includes(sent)) return go();
  await explain(answer);
  say(sent, true);
  again = setTimeout(go, delay);
  delay = Math.min(delay * 2, LATEST);
  // It may have arrived, and only its answer was lost.
  soon();
}

async function explain(answer) {
  if (answer?.status === 409) return stop(await answer.text(), "switch");
  const isShutOut = answer?.type === "opaqueredirect" || [401, 403].includes(answer?.status);
  // Without a line there is nothing to learn.
  if (isShutOut) await renew().catch(() => {});
}

async function post({ id, fields, file }) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (talk.dataset.whose) body.set("whose", talk.dataset.whose);
  body.set("client_id", id);
  for (const [name, value] of Object.entries(fields)) if (value) body.set(name, value);
  if (file) body.set("attachment", file);
  try {
    const headers = { "HX-Request": "true" };
    return await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
  } catch {
    return null;
  }
}

async function refuse(sent, answer) {
  const isWords = answer.headers.get("Content-Type")?.startsWith("text/plain");
  alarm(isWords ? await answer.text() : form.dataset.tooLarge);
  takeBack(sent.fields);
  settle(sent);
  form.elements.text.focus();
  go();
}

function alarm(words) {
  const note = document.querySelector("[data-refused]");
  note.textContent = words;
  note.hidden = false;
}

// A private note drags in what stands there, not out.
function takeBack(fields) {
  const { text, is_private } = form.elements;
  text.value = [fields.text, text.value].filter(Boolean).join("\n");
  if (is_private && fields.is_private) is_private.checked = true;
}

function send(event) {
  event.preventDefault();
  // Not for page.js: this form stays, and may be sent again at once.
  event.stopPropagation();
  const { text, attachment, is_private } = form.elements;
  const file = attachment.files[0];
  if (!text.value.trim() && !file) return text.focus();
  put(crypto.randomUUID(), { text: text.value, is_private: asSent(is_private) }, file);
  text.value = attachment.value = "";
  attachment.dispatchEvent(new Event("change", { bubbles: true }));
  if (is_private) is_private.checked = false;
  document.querySelector("[data-refused]").hidden = true;
  lost = [];
  keep();
  go();
}

// What another person has left behind in this tab.
function forgetOthers() {
  const mine = whose.slice(0, whose.indexOf("/") + 1);
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("chat:") && !key.startsWith(mine)) sessionStorage.removeItem(key);
  }
}

function restore() {
  forgetOthers();
  const { draft, files = [], unsent = [] } = JSON.parse(sessionStorage.getItem(place) ?? "{}");
  if (draft && !form.elements.text.value) takeBack(draft);
  const there = new Set([...talk.querySelectorAll("[data-sent]")].map((line) => line.dataset.sent));
  const open = unsent.filter(({ id }) => !there.has(id));
  for (const { id, fields, file } of open) if (!file) put(id, fields);
  missFiles(files, open.filter(({ file }) => file));
  go();
}

// Without its file it would say something else.
function missFiles(files, messages) {
  for (const { fields } of messages.reverse()) takeBack(fields);
  lost = [...new Set([...messages.map(({ file }) => file), ...files])];
  if (!lost.length) return;
  alarm(`${form.dataset.fileLost} ${lost.join(", ")}`);
  keep();
}

function mayLoseFile() {
  return chosen().length > 0 || queue.some((one) => one.file && !one.isThere);
}

function write() {
  form.addEventListener("submit", send);
  form.addEventListener("input", keep);
  form.elements.text.addEventListener("keydown", (event) => {
    const isAlone = !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches;
    if (event.key !== "Enter" || !isAlone) return;
    event.preventDefault();
    form.requestSubmit();
  });
  addEventListener("online", go);
  addEventListener("beforeunload", (event) => {
    if (mayLoseFile()) event.preventDefault();
  });
  try {
    restore();
  } catch {
    // As if nothing had been kept.
  }
}

// A ready answer, to be read before it is sent.
function insert(event) {
  const answer = event.target.closest("[data-insert]");
  const field = document.getElementById("id_text");
  if (!answer || !field) return;
  event.preventDefault();
  field.value = [field.value, answer.dataset.insert].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("click", insert);
if (talk) watch();
if (talk) open();
if (talk && form) write();

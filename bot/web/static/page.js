// What script adds to a page that works without it: live changes, sending in place, theme, focus.

const talk = document.getElementById("messages");
const thread = document.getElementById("thread-messages");
const latest = document.getElementById("latest");

// Live changes ---------------------------------------------------------------------------

const parse = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html; // drawn by our own server, every string in it escaped
  return template.content;
};

// What somebody is in the middle of stays: words in fields, focus, an open sheet.
function renew(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  for (const field of old.querySelectorAll("textarea, select, input:not([type=hidden])")) {
    const same = [...fresh.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)].find(
      (other) => other.type === field.type && (!/checkbox|radio/.test(field.type) || other.value === field.value),
    );
    if (same && /checkbox|radio/.test(field.type)) same.checked = field.checked;
    else if (same) same.value = field.value;
  }
  const find = active && (active.id ? `#${CSS.escape(active.id)}` : active.name && `[name="${CSS.escape(active.name)}"][value="${CSS.escape(active.value)}"]`);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  old.replaceChildren(...fresh.childNodes);
  if (find) old.querySelector(find)?.focus({ preventScroll: true });
}

// Children are known by their ids; one whose version is the same is left as it is.
function reconcile(parent, fragment) {
  const wanted = [...fragment.children];
  const ids = new Set(wanted.map((child) => child.id));
  for (const child of [...parent.children]) {
    if (child.id && !ids.has(child.id)) child.remove();
  }
  let after = null;
  for (const fresh of wanted) {
    const old = document.getElementById(fresh.id);
    if (old && old.parentNode === parent) {
      if (old.dataset.version !== fresh.dataset.version) renew(old, fresh);
      after = old;
    } else {
      after ? after.after(fresh) : parent.prepend(fresh);
      after = fresh;
    }
  }
}

function isAtEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

// The end of a log, but never past the beginning of its newest message: that is read first.
function showNewest(log, least = 0) {
  const newest = [...log.querySelectorAll(".message")].at(-1);
  const start = newest ? newest.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - 8 : 0;
  const end = log.scrollHeight - log.clientHeight;
  log.scrollTop = Math.max(least, newest ? Math.min(end, start) : end);
}

function keepAtEnd(log, change) {
  const stay = isAtEnd(log);
  const before = log.scrollTop;
  change();
  if (stay) showNewest(log, before);
}

function showEntry(key, html) {
  const old = document.getElementById(key);
  const fresh = parse(html).firstElementChild;
  if (!fresh) {
    old?.remove();
    return;
  }
  document.getElementById("welcome")?.remove();
  if (old) reconcile(old, fresh);
  else talk.insertBefore(fresh, talk.querySelector(".pending") ?? latest);
}

function dropPending() {
  for (const pending of document.querySelectorAll(".pending[data-id]")) {
    if (document.getElementById(`m${pending.dataset.id}`) || document.getElementById(`t${pending.dataset.id}`)) pending.remove();
  }
}

function showUnread(counts) {
  for (const [place, count] of Object.entries(counts)) {
    const row = document.querySelector(`[data-place="${CSS.escape(place)}"]`);
    if (!row) continue;
    row.classList.toggle("unread", count > 0);
    row.querySelector(".count").hidden = count === 0;
    row.querySelector(".count b").textContent = count;
  }
}

// What only this person sees must not appear out of their sight.
const whispersSeen = new Set([...document.querySelectorAll(".whisper")].map((whisper) => whisper.id));

function showWhispers() {
  for (const whisper of document.querySelectorAll(".whisper")) {
    if (!whispersSeen.has(whisper.id)) whisper.scrollIntoView({ block: "nearest" });
    whispersSeen.add(whisper.id);
  }
}

const onPast = new URLSearchParams(location.search).has("before");
let stream = null;
let answerDue = 0; // until when something new is taken for what one's own press brought

// A browser allows a handful of streams for all its tabs, so only tabs in sight hold one.
function follow() {
  stream?.close();
  stream = null;
  if (onPast || document.hidden) return;
  stream = new EventSource(document.body.dataset.live);
  stream.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    const entries = Object.entries(news.entries ?? {});
    const isAnswer = Date.now() < answerDue && entries.some(([key]) => !document.getElementById(key));
    keepAtEnd(talk, () => entries.forEach(([key, html]) => showEntry(key, html)));
    if (isAnswer) showNewest(talk);
    if (thread && news.thread) keepAtEnd(thread, () => reconcile(thread, parse(news.thread)));
    if (news.unread) showUnread(news.unread);
    dropPending();
    showWhispers();
  });
}

document.addEventListener("visibilitychange", follow);
follow();

// Sending in place -----------------------------------------------------------------------

async function post(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await response.text();
    if (response.ok) return JSON.parse(told);
    return { refused: response.headers.get("Content-Type")?.startsWith("application/json") ? JSON.parse(told).refused : told };
  } catch {
    return { refused: document.getElementById("unreachable").innerHTML };
  }
}

function showRefusal(form, words) {
  let place = form.querySelector(".refused");
  if (!place && words) {
    place = document.createElement("p");
    place.className = "refused";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
}

async function say(form, submitter) {
  const box = form.querySelector("textarea");
  const text = new FormData(form).get("text");
  const log = form.closest(".thread") ? thread : talk;
  const pending = document.getElementById("pending").content.firstElementChild.cloneNode(true);
  pending.querySelector(".said").textContent = text;
  log === talk ? talk.insertBefore(pending, latest) : log.append(pending);
  log.scrollTop = log.scrollHeight;
  const sent = post(form, submitter);
  if (box) {
    box.value = box.dataset.start;
    grow(box);
    keepDraft(box);
  }
  const told = await sent;
  if (told.refused) {
    pending.remove();
    showRefusal(form, told.refused);
    if (box) box.value = text;
    if (box) grow(box);
    return;
  }
  showRefusal(form, "");
  pending.dataset.id = told.id;
  dropPending();
}

async function act(form, submitter) {
  if (submitter?.getAttribute("aria-disabled") === "true") return;
  submitter?.setAttribute("aria-disabled", "true");
  submitter?.closest("[popover]")?.hidePopover();
  if (new URL(form.action).pathname === "/press" && talk.contains(form)) answerDue = Date.now() + 10_000;
  const told = await post(form, submitter);
  submitter?.removeAttribute("aria-disabled");
  showRefusal(form, told.refused ?? "");
  if (!told.refused) form.closest("details.own")?.removeAttribute("open");
}

// Cancel, as Escape: the words are put back as they were, and the sheet is closed.
document.addEventListener("reset", (event) => {
  const own = event.target.closest("details.own");
  if (!own) return;
  own.open = false;
  own.querySelector("summary").focus();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const path = new URL(form.action).pathname;
  if (path === "/theme") changeTheme(event);
  if (onPast || !["/say", "/press", "/edit", "/delete"].includes(path)) return;
  event.preventDefault();
  path === "/say" ? say(form, event.submitter) : act(form, event.submitter);
});

// Writing: Enter sends, Shift+Enter breaks the line, the box grows, a draft survives a thread ---

function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 144)}px`;
}

const draftKey = (box) => `draft ${document.body.dataset.live.split("&state")[0].replace(/&thread=\d*/, "")} ${box.id}`;

function keepDraft(box) {
  if (box.value.trim() === box.dataset.start.trim()) sessionStorage.removeItem(draftKey(box));
  else sessionStorage.setItem(draftKey(box), box.value);
}

for (const box of document.querySelectorAll(".composer textarea")) {
  const kept = sessionStorage.getItem(draftKey(box));
  if (kept && box.value.trim() === box.dataset.start.trim()) box.value = kept;
  grow(box);
  box.addEventListener("input", () => {
    grow(box);
    keepDraft(box);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (box.value.trim()) box.form.requestSubmit();
  });
}

// Theme ----------------------------------------------------------------------------------

const themeButton = document.querySelector("#theme button");

function offerTheme() {
  const chosen = document.documentElement.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  themeButton.value = dark ? "light" : "dark";
  themeButton.textContent = dark ? "Light theme" : "Dark theme";
}

function changeTheme(event) {
  event.preventDefault();
  post(event.target, event.submitter);
  document.documentElement.dataset.theme = themeButton.value;
  offerTheme();
}

offerTheme();

// Where the eye and the keyboard start -----------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[open]:focus-within");
  if (open) {
    open.querySelector("form[action='/edit']")?.reset();
    open.open = false;
    open.querySelector("summary").focus();
  } else if (thread && !document.querySelector(":popover-open")) {
    document.querySelector(".thread .close").click();
  }
});

if (thread) showNewest(thread);
if (!location.hash || location.hash === "#latest") {
  const root = document.getElementById(`e${document.body.dataset.thread}`);
  if (root) root.scrollIntoView({ block: "center" });
  else if (!onPast) showNewest(talk);
}
// Not on a phone, where a keyboard would cover half of what is to be read.
if (matchMedia("(min-width: 761px)").matches && !matchMedia("(pointer: coarse)").matches) {
  const box = document.querySelector(thread ? ".thread .composer textarea" : ".talk .composer textarea");
  box.focus({ preventScroll: true });
  box.setSelectionRange(box.value.length, box.value.length);
}

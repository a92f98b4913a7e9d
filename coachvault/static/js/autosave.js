// Autosave: what is typed reaches the server or stays on screen, and the line under the text says which. Nothing is kept in the browser.

const PAUSE = 1500;
const KEEPALIVE_LIMIT = 60000;
const all = new Set();

class Autosave {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("[data-text]") ?? form.querySelector("textarea");
    this.line = form.querySelector("[data-autosave-state]");
    this.again = form.querySelector("[data-autosave-again]");
    this.dialog = form.closest("[data-editor]")?.querySelector("[data-conflict]");
    this.version = form.dataset.version;
    this.saved = this.served();
    this.flying = null;
    this.delay = 2000;
    this.listen();
    this.count();
    if (this.dirty) this.typed();
  }

  // What the server sent is what is saved: words typed before this script arrived are not
  served() {
    const { value, defaultValue } = this.text;
    if (value === defaultValue) return this.now();
    this.text.value = defaultValue;
    const fields = this.now();
    this.text.value = value;
    return fields;
  }

  listen() {
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("change", () => this.save());
    this.text.addEventListener("blur", () => this.save());
    this.form.addEventListener("submit", (event) => this.finish(event));
    this.form.addEventListener("keydown", (event) => this.keys(event));
    this.form.querySelector("[data-save-again]")?.addEventListener("click", () => this.save({ keep: true }));
    this.form.querySelector("[data-unlock]")?.addEventListener("click", () => document.dispatchEvent(new CustomEvent("vault:locked")));
    this.form.querySelector("[data-preview]")?.addEventListener("click", (event) => this.preview(event.currentTarget));
    this.dialog?.addEventListener("cancel", (event) => event.preventDefault());
    for (const choice of this.dialog?.querySelectorAll("[data-keep]") ?? []) choice.addEventListener("click", () => this.keep(choice.dataset.keep));
  }

  now() {
    const fields = new URLSearchParams(new FormData(this.form));
    fields.delete("csrfmiddlewaretoken");
    return fields.toString();
  }

  get dirty() { return this.now() !== this.saved; }

  typed() {
    clearTimeout(this.timer);
    this.stopped = false;
    this.count();
    if (!this.dirty) return;
    if (!["locked", "offline", "conflict"].includes(this.line.dataset.state)) this.say("typing");
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  say(state, { when = "", text = "" } = {}) {
    this.line.dataset.state = state;
    this.line.querySelector("[data-state-text]").textContent = text || this.form.dataset[`state${state[0].toUpperCase()}${state.slice(1)}`].replace("{when}", when);
    const stuck = ["error", "offline", "locked", "signedout", "conflict"].includes(state);
    if (!this.again) return;
    this.again.hidden = !stuck;
    this.again.querySelector("[data-unlock]").hidden = state !== "locked";
  }

  // One save at a time; whoever asks meanwhile waits for it, then for what was typed since.
  // `keep`: a person asked, so the server keeps the text that this one replaces
  save({ keep = false } = {}) {
    clearTimeout(this.timer);
    this.asked ||= keep;
    if (this.dialog?.open || !this.dirty) return this.flying ?? Promise.resolve(!this.dirty);
    this.flying ??= this.send().finally(() => { this.flying = null; });
    return this.flying;
  }

  async flush() {
    for (let tries = 0; tries < 3 && this.dirty; tries += 1) await this.save();
    if (this.dirty) throw new Error("not saved");
  }

  request(body) {
    return fetch(this.form.action, {
      method: "POST",
      body,
      keepalive: body.length < KEEPALIVE_LIMIT,
      redirect: "manual",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        "If-Match": `"${this.version}"`,
        "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value,
        "X-Requested-With": "autosave",
        ...(this.asked && { "X-Keep": "1" }),
        Accept: "application/json",
      },
    });
  }

  // Signing in again in another tab makes this page's token old; any page has the new one
  async renewToken() {
    const field = this.form.elements.csrfmiddlewaretoken;
    const page = await fetch(document.querySelector("[data-vault]")?.dataset.stayUrl ?? "/accounts/help/", { headers: { "X-Poll": "1" } });
    const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!token || token === field.value) return false;
    for (const one of document.querySelectorAll("[name=csrfmiddlewaretoken]")) one.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return true;
  }

  async send() {
    const body = this.now();
    this.say("saving");
    let answer;
    try {
      answer = await this.request(body);
      if (answer.status === 403 && await this.renewToken()) answer = await this.request(body);
    } catch {
      return this.retry();
    }
    if (answer.ok) document.dispatchEvent(new CustomEvent("vault:open-until", { detail: answer.headers.get("X-Lock-At") }));
    const said = await answer.json().catch(() => null);
    return this.answered(answer, said, body);
  }

  answered(answer, said, body) {
    if (answer.type === "opaqueredirect") return this.fail("signedout");
    if (answer.ok && said) return this.done(said, body);
    if (answer.status === 409 && said) return this.conflict(said);
    if (answer.status === 423) return this.locked();
    if (answer.status === 429 || answer.status >= 500) return this.retry();
    return this.fail("error", said?.error ?? ([400, 413].includes(answer.status) ? this.form.dataset.stateTooLong : ""));
  }

  done(said, body) {
    this.version = said.version;
    this.form.dataset.version = said.version;
    this.saved = body;
    this.asked = false;
    this.delay = 2000;
    if (this.dirty) {
      this.say("typing");
      this.timer = setTimeout(() => this.save(), PAUSE);
    } else this.say("saved", { when: said.saved_at });
  }

  fail(state, text) {
    this.stopped = true;
    this.say(state, { text });
  }

  retry() {
    this.say("offline");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.delay);
    this.delay = Math.min(this.delay * 2, 60000);
  }

  locked() {
    this.say("locked");
    document.dispatchEvent(new CustomEvent("vault:locked"));
  }

  conflict(said) {
    this.say("conflict");
    this.theirs = said;
    this.dialog.querySelector("[data-mine]").textContent = this.text.value;
    this.dialog.querySelector("[data-theirs]").textContent = said.text;
    this.dialog.showModal();
  }

  keep(which) {
    const { text, version } = this.theirs;
    this.version = version;
    if (which === "both") this.text.value = `${text.trimEnd()}\n\n${this.text.value}`;
    if (which === "theirs") this.text.value = text;
    this.dialog.close();
    this.count();
    this.text.focus();
    this.saved = "";
    if (which === "theirs") this.done(this.theirs, this.now());
    else this.save({ keep: true });
  }

  async finish(event) {
    event.preventDefault();
    const button = event.submitter;
    try {
      this.asked = true;
      await this.flush();
      if (button?.matches("[data-finish]")) this.leave(button);
    } catch { /* the line under the text says why */ }
  }

  leave(button) {
    if (button.name) this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "finish", value: this.version }));
    if (button.hasAttribute("formaction")) this.form.action = button.formAction;
    this.saved = this.now();
    this.form.submit();
  }

  keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.key === "s") { event.preventDefault(); this.save({ keep: true }); }
    if (event.key === "Enter") { event.preventDefault(); this.form.requestSubmit(this.form.querySelector("[data-finish]") ?? undefined); }
  }

  preview(button) {
    const place = document.getElementById(button.getAttribute("aria-controls"));
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    place.hidden = shown;
    if (!shown) window.htmx.trigger(button, "preview");
  }

  count() {
    const place = this.form.querySelector("[data-word-count]");
    if (!place) return;
    const words = this.text.value.match(/[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
    place.textContent = (words === 1 ? this.form.dataset.wordsOne : this.form.dataset.wordsMany).replace("{n}", words);
  }
}

function begin(root) {
  for (const form of root.querySelectorAll?.("form[data-autosave]") ?? []) {
    if (form.autosave) continue;
    form.autosave = new Autosave(form);
    all.add(form.autosave);
  }
  for (const one of all) if (!one.form.isConnected) all.delete(one);
}
begin(document);

// A page opened to write on waits with the cursor in the text
const fresh = document.querySelector("form[data-autosave] [data-text]");
if (fresh && !fresh.value && document.activeElement === document.body) fresh.focus();
document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement ?? event.detail.elt));

const unsaved = () => [...all].filter((one) => one.dirty);
document.addEventListener("vault:before-lock", (event) => { for (const one of all) if (one.dirty || one.flying) event.detail.waitUntil(one.flush()); });
document.addEventListener("vault:leaving", () => all.clear());
document.addEventListener("vault:unlocked", () => { for (const one of unsaved()) one.save(); });
addEventListener("online", () => { for (const one of unsaved()) one.save(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) for (const one of unsaved()) if (!one.stopped) one.save(); });
addEventListener("pagehide", () => { for (const one of unsaved()) if (!one.flying) one.request(one.now()).catch(() => {}); });
addEventListener("beforeunload", (event) => {
  if (!unsaved().length) return;
  for (const one of unsaved()) one.save();
  event.preventDefault();
});

// A link followed while something is not saved yet saves first, then goes
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin || !unsaved().length) return;
  if (link.pathname === location.pathname && link.hash) return;
  event.preventDefault();
  await Promise.allSettled(unsaved().map((one) => one.flush()));
  if (!document.querySelector("dialog[open]")) location.assign(link.href);
});

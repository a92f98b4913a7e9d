// Passkeys. Beside a signature: a key made for this signature, and at once what it signs; the form carries both. Elsewhere: signing in, unlocking and what comes with it.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const sent = (key, names) => ({
  type: key.type,
  id: key.id,
  rawId: words(key.rawId),
  response: Object.fromEntries(names.map((name) => [name, words(key.response[name])])),
});
// A passkey belongs to a name, never to an address in numbers
const isNamed = /[a-z]/i.test(location.hostname) && !location.hostname.includes(":");

async function make(form) {
  const body = new FormData();
  body.set("step", "passkey");
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) throw new Error("not asked");
  const asked = await answer.json();
  const publicKey = { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) } };
  return { publicKey, key: await navigator.credentials.create({ publicKey }) };
}

async function sign({ publicKey, key }) {
  const { challenge, rp } = publicKey;
  const allowCredentials = [{ type: "public-key", id: key.rawId, transports: key.response.getTransports?.() ?? [] }];
  const signed = await navigator.credentials.get({ publicKey: { challenge, rpId: rp.id, allowCredentials, userVerification: "preferred" } });
  return JSON.stringify({
    made: sent(key, ["clientDataJSON", "attestationObject"]),
    signed: sent(signed, ["clientDataJSON", "authenticatorData", "signature"]),
  });
}

function offer(box) {
  const form = box.closest("form");
  const [kept, button, state] = [form.elements.passkey, box.querySelector("[data-add]"), box.querySelector("[data-state]")];
  const say = (what) => { state.textContent = box.dataset[what]; };
  let made = null;

  button.addEventListener("click", async () => {
    button.disabled = true;
    say("waiting");
    try {
      made ??= await make(form); // whoever stops between the two goes on from there
      kept.value = await sign(made);
      say("signed");
    } catch {
      say("failed");
      button.disabled = false;
    }
  });
  box.hidden = false;
  if (!kept.value) return;
  box.open = button.disabled = true;
  say("signed");
}

if (window.PublicKeyCredential && isNamed) document.querySelectorAll("[data-passkey]").forEach(offer);

// Everything else that a passkey does: the server says what to ask of the device, the form brings the answer back
const ids = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

function readable({ challenge, user, allowCredentials, excludeCredentials, extensions, ...rest }) {
  const salts = extensions?.prf?.evalByCredential;
  const evalByCredential = salts && Object.fromEntries(Object.entries(salts).map(([id, salt]) => [id, { first: bytes(salt.first) }]));
  const asked = { ...rest, challenge: bytes(challenge) };
  if (user) asked.user = { ...user, id: bytes(user.id) };
  if (allowCredentials) asked.allowCredentials = ids(allowCredentials);
  if (excludeCredentials) asked.excludeCredentials = ids(excludeCredentials);
  if (extensions) asked.extensions = salts ? { prf: { evalByCredential } } : extensions;
  return asked;
}

async function askDevice(form) {
  const body = new FormData(form);
  body.set("step", form.dataset.ask);
  const said = await fetch(form.action, { method: "POST", body });
  if (said.redirected) { location.assign(said.url); return new Promise(() => {}); }
  if (!said.ok) throw new Error("not asked");
  const publicKey = readable(await said.json());
  const making = form.dataset.passkeyForm === "create";
  const key = await navigator.credentials[making ? "create" : "get"]({ publicKey });
  const { prf } = key.getClientExtensionResults();
  if (making) return [{ ...sent(key, ["clientDataJSON", "attestationObject"]), prf: prf?.enabled === true }, ""];
  const secret = prf?.results?.first;
  return [sent(key, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]), secret ? words(secret) : ""];
}

function serve(form) {
  const { answer, secret } = form.elements;
  const [button, state] = [form.querySelector("[data-use]"), form.querySelector("[data-state]")];

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    state.textContent = form.dataset.waiting;
    try {
      const [said, known] = await askDevice(form);
      [answer.value, secret.value] = [JSON.stringify(said), known];
      if ("inPlace" in form.dataset) form.dispatchEvent(new CustomEvent("passkey:answered"));
      else form.submit();
      state.textContent = "";
    } catch {
      state.textContent = form.dataset.failed;
      button.disabled = false;
    }
    answer.value = secret.value = ""; // what was sent is on its way; nothing of it stays in the page
  });
  form.hidden = false;
}

if (window.PublicKeyCredential && isNamed) document.querySelectorAll("[data-passkey-form]").forEach(serve);

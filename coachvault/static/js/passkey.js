// Signing with a passkey too, where there is one: a key made for this signature, and at once what it signs. The form carries both.

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

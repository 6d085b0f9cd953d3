// Sends a message without leaving the page and says what is being done meanwhile. Without it the form works as forms do.
// All that comes from elsewhere is put in as text, or is a part of a page that the server has escaped.
"use strict";

const SAYS = {
  screen: "Reading",
  classify: "Finding out what it is about",
  retrieve: "Looking for the rules",
  look_up: "Looking up your order",
  decide: "Deciding",
  draft: "Writing",
  check: "Checking the answer",
};
const AWAY = "The service does not answer. Your message is still here: wait a moment, then send it again.";
const LOOKS_EVERY = 10_000; // milliseconds, for what a person answers

const form = document.getElementById("write");
const box = document.getElementById("message");
const button = form.querySelector("button");
const progress = document.getElementById("progress");
const wrong = document.getElementById("wrong");
const thread = document.getElementById("thread");

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const whole = rest.split("\n\n");
    rest = whole.pop();
    for (const one of whole) {
      const lines = one.split("\n");
      const read = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
      const [kind] = read("event:");
      if (kind) yield { kind, data: JSON.parse(read("data:").join("\n")) };
    }
  }
}

function list() {
  let found = thread.querySelector("ol.messages");
  if (!found) {
    found = document.createElement("ol");
    found.className = "messages";
    found.setAttribute("aria-label", "Messages");
    thread.replaceChildren(found);
  }
  return found;
}

function add(role, by, text) {
  const item = document.createElement("li");
  item.className = role;
  for (const [name, content] of [["by", by], ["text", text]]) {
    const line = document.createElement("p");
    line.className = name;
    line.textContent = content;
    item.append(line);
  }
  list().append(item);
  item.scrollIntoView({ block: "nearest" });
}

async function refusal(response) {
  const ours = (response.headers.get("content-type") || "").startsWith("application/problem+json");
  return ours ? (await response.json()).detail || AWAY : AWAY;
}

async function send() {
  const text = box.value;
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch("/chat/stream", { method: "POST", body });
  if (!response.ok) throw new Error(await refusal(response));
  let decided = false;
  let handedOver = false;
  for await (const { kind, data } of events(response)) {
    if (kind === "step") progress.textContent = `${SAYS[data.step] || data.step}…`;
    if (kind === "reply") {
      add("customer", "You", text);
      add("agent", "Agent", data.text);
    }
    if (kind === "problem") throw new Error(data.detail || AWAY);
    if (kind === "decision") {
      decided = true;
      handedOver = data.next_action === "escalate";
      form.elements.conversation_id.value = data.conversation_id;
      history.replaceState(null, "", `/?conversation=${encodeURIComponent(data.conversation_id)}`);
    }
  }
  if (!decided) throw new Error(AWAY);
  box.value = "";
  if (handedOver || thread.querySelector(".note")) await look().catch(() => {});
}

// Brings what was said and is not shown yet: a person answers when a person can.
async function look() {
  const conversation = form.elements.conversation_id.value;
  if (!conversation) return;
  const response = await fetch(`/thread?conversation=${encodeURIComponent(conversation)}`);
  if (!response.ok) return;
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  const shown = list();
  for (const item of [...part.querySelectorAll("ol.messages > li")].slice(shown.children.length)) shown.append(item);
  thread.querySelector(".note")?.remove();
  const note = part.querySelector(".note");
  if (note) thread.append(note);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  wrong.textContent = "";
  progress.textContent = "Sending…";
  try {
    await send();
  } catch (problem) {
    wrong.textContent = problem instanceof TypeError ? AWAY : problem.message; // how browsers tell a lost connection
  } finally {
    progress.textContent = "";
    button.disabled = false;
    box.focus();
  }
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

setInterval(() => {
  if (thread.querySelector(".note") && !document.hidden && !button.disabled) look().catch(() => {});
}, LOOKS_EVERY);

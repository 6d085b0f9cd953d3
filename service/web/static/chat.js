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

const form = document.getElementById("write");
const box = document.getElementById("message");
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

function add(role, by, text) {
  let list = thread.querySelector("ol.messages");
  if (!list) {
    list = document.createElement("ol");
    list.className = "messages";
    list.setAttribute("aria-label", "Messages");
    thread.replaceChildren(list);
  }
  const item = document.createElement("li");
  item.className = role;
  for (const [name, content] of [["by", by], ["text", text]]) {
    const line = document.createElement("p");
    line.className = name;
    line.textContent = content;
    item.append(line);
  }
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
}

async function send() {
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch("/chat/stream", { method: "POST", body }).catch(() => {
    throw new Error("The service does not answer. Your message is still here: wait a moment, then send it again.");
  });
  if (!response.ok) throw new Error((await response.json()).detail || "This did not work. Try again.");
  add("customer", "You", box.value);
  for await (const { kind, data } of events(response)) {
    if (kind === "step") progress.textContent = `${SAYS[data.step] || data.step}…`;
    if (kind === "reply") add("agent", "Agent", data.text);
    if (kind === "problem") throw new Error(data.detail);
    if (kind === "decision") {
      form.elements.conversation_id.value = data.conversation_id;
      history.replaceState(null, "", `/?conversation=${encodeURIComponent(data.conversation_id)}`);
    }
  }
  box.value = "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  wrong.textContent = "";
  progress.textContent = "Sending…";
  try {
    await send();
  } catch (problem) {
    wrong.textContent = problem.message;
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

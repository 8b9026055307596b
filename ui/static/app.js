// The pages are whole without this script. With it, what others write appears
// while you read, and a word can be copied by one tap.
const stream = document.body.dataset.stream;
const voice = document.getElementById("live");

// inUse tells whether somebody is at work in a part: it is left alone until
// they are done.
function inUse(part) {
  return part.contains(document.activeElement) || part.querySelector("details[open]") ||
    [...part.querySelectorAll("input, textarea")].some((f) => f.value !== f.defaultValue || f.checked !== f.defaultChecked);
}

// swap replaces every part marked data-live by its newer self.
function swap(next) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = next.getElementById(old.id);
    if (!fresh || fresh.isEqualNode(old) || inUse(old)) continue;
    old.replaceWith(document.importNode(fresh, true));
  }
}

let busy = false, again = false;

async function refresh(sentence) {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) {
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (sentence && voice && voice.textContent !== sentence) voice.textContent = sentence;
    }
  } catch { /* the router is out of reach; the stream will tell when it is back */ }
  busy = false;
  if (again) { again = false; refresh(); }
}

if (stream && window.EventSource) {
  let source;
  const listen = () => {
    source = new EventSource(stream);
    source.addEventListener("changed", () => refresh());
  };
  // A page that nobody looks at holds no stream open: routers have few to give.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = undefined; }
    else if (!source) { listen(); refresh(); }
  });
  if (!document.hidden) listen();
}

for (const b of document.querySelectorAll("button[data-copy]")) {
  b.hidden = false;
  b.addEventListener("click", async () => {
    const from = document.getElementById(b.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.textContent.trim());
      b.textContent = b.dataset.done;
    } catch {
      getSelection().selectAllChildren(from);
    }
  });
}

for (const b of document.querySelectorAll("button[data-show]")) {
  b.hidden = false;
  b.addEventListener("click", () => {
    const field = document.getElementById(b.dataset.show);
    field.type = field.type === "password" ? "text" : "password";
    field.focus();
  });
}

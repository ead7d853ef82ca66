// Keys of the review page, and its outbox: an answer that is given while the connection is broken waits here and is sent once, for the item that it was
// given for. Letters typed into a field are text, and nothing is taken from the browser's own shortcuts.
const decisions = "crxdo";
const moves = "jkz?";
const patience = 10000;
const storage = name => `review:${name}`;

const modal = () => document.getElementById("components-reconnect-modal");
const lost = () => /components-reconnect-(show|retrying|failed|rejected|paused)/.test(modal()?.className ?? "");
const focused = () => document.querySelector("article.focused")?.id.slice(5) ?? "";

export function listen(page) {
  const queue = [];
  let sent = 0, running = false, ended = false;

  const tell = () => {
    const note = document.getElementById("unsent");
    if (note) note.hidden = queue.length === 0;
  };

  // Resolves true when the server has it; false when the line broke or nothing came back: then it is sent again later, and the server knows its number.
  const deliver = next => new Promise(done => {
    const until = Date.now() + patience;
    const watch = setInterval(() => { if (lost() || Date.now() > until) finish(false); }, 200);
    const finish = ok => { clearInterval(watch); done(ok); };
    try {
      page.invokeMethodAsync("AnswerAsync", next.key, next.item, next.number).then(() => finish(true), () => finish(false));
    } catch {
      finish(false);
    }
  });

  const flush = async () => {
    if (running || ended) return;
    running = true;
    while (queue.length > 0 && !lost()) {
      if (!await deliver(queue[0])) break;
      queue.shift();
    }
    running = false;
    tell();
  };

  const press = (key, item) => {
    if (!decisions.includes(key) && key !== "Submit") {
      if (!lost()) page.invokeMethodAsync("KeyAsync", key).catch(() => {});
      return;
    }
    // The last word counts, where more than one is said about an item while nothing can be sent.
    const waiting = running ? -1 : queue.findIndex(q => q.item === item);
    if (waiting >= 0) queue.splice(waiting, 1);
    queue.push({ key, item, number: ++sent });
    tell();
    flush();
  };

  const onKey = e => {
    const typing = e.target.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]");
    if (typing) {
      if (typing.closest(".own-keys")) return;
      if (e.key === "Escape" || (e.key === "Enter" && (e.ctrlKey || e.metaKey))) {
        e.preventDefault();
        press(e.key === "Escape" ? "Escape" : "Submit", focused());
      }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (key === "Escape" || moves.includes(key) || (decisions.includes(key) && !e.repeat)) {
      e.preventDefault();
      press(key, focused());
    }
  };

  // With the line broken a click on an answer would go nowhere: it goes to the outbox instead.
  const onClick = e => {
    const key = e.target.closest?.("[data-key]")?.dataset.key;
    if (!key || !lost()) return;
    e.preventDefault();
    e.stopPropagation();
    press(key, focused());
  };

  // What is typed is kept in this window, in case the page has to be loaded again.
  const onInput = e => {
    const panel = e.target.closest?.("#answer-panel");
    if (!panel) return;
    const grants = [...panel.querySelectorAll("input[data-grant]:checked")].map(c => c.dataset.grant);
    try {
      sessionStorage.setItem(storage(focused()), JSON.stringify({ asking: panel.dataset.asking, reason: panel.querySelector("textarea")?.value ?? "", grants }));
    } catch { /* A full or forbidden storage loses only this convenience. */ }
  };

  const onState = e => { if (e.detail?.state === "hide") flush(); };
  const again = setInterval(() => { if (queue.length > 0 && !lost()) flush(); }, 1000);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick, true);
  document.addEventListener("input", onInput);
  modal()?.addEventListener("components-reconnect-state-changed", onState);
  return {
    stop: () => {
      ended = true;
      clearInterval(again);
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("click", onClick, true);
      document.removeEventListener("input", onInput);
      modal()?.removeEventListener("components-reconnect-state-changed", onState);
    },
  };
}

export function kept(item) {
  try {
    return sessionStorage.getItem(storage(item));
  } catch {
    return null;
  }
}

export function forget(item) {
  try {
    sessionStorage.removeItem(storage(item));
  } catch { /* Nothing was kept then. */ }
}

export function reveal(id) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById(id)?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

export function focus(id) {
  document.getElementById(id)?.focus();
}

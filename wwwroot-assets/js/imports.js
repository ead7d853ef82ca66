// Sends chosen or dropped files as the body of one request and tells the page how far it is. Files never pass through the circuit.
const chosen = new WeakMap();

/// Files that are dropped on the zone, folders with all that is in them, take the place of the chosen ones.
export function watch(zone, input, page) {
  const over = on => e => {
    e.preventDefault();
    zone.classList.toggle("over", on);
  };
  zone.addEventListener("dragenter", over(true));
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", async e => {
    over(false)(e);
    if (input.disabled) return;
    const entries = [...e.dataTransfer.items].map(i => i.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map(i => filesOf(i, "")))).flat() : [...e.dataTransfer.files].map(f => ({ name: f.name, file: f }));
    if (!files.length) return;
    input.value = "";
    chosen.set(input, files);
    page.invokeMethodAsync("Chosen", files.map(f => f.name));
  });
}

export function namesOf(input) {
  const files = [...(input.files ?? [])].map(f => ({ name: f.webkitRelativePath || f.name, file: f }));
  chosen.set(input, files);
  return files.map(f => f.name);
}

export function upload(input, url, token, page) {
  const files = chosen.get(input) ?? [];
  if (!files.length) return Promise.resolve({ message: "Choose a file first." });
  const name = files.length === 1 ? files[0].file.name : `${files[0].name} and ${files.length - 1} more`;
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open("POST", `${url}&name=${encodeURIComponent(name)}`);
    request.setRequestHeader("RequestVerificationToken", token);
    let told = -1;
    request.upload.onprogress = e => {
      const percent = e.lengthComputable ? Math.floor((100 * e.loaded) / e.total) : 0;
      if (percent !== told) page.invokeMethodAsync("Sent", (told = percent));
    };
    request.onload = () => {
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        resolve({ message: `The console answered ${request.status}. Load the page again and retry.` });
      }
    };
    request.onerror = () => resolve({ message: "The connection was lost while sending. Nothing was imported; try again." });
    if (files.length === 1) {
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(files[0].file);
      return;
    }
    const form = new FormData();
    for (const f of files) form.append(encodeURIComponent(f.name), f.file, "file");
    request.send(form);
  });
}

async function filesOf(entry, folder) {
  const name = folder + entry.name;
  if (entry.isFile) return [{ name, file: await new Promise((done, fail) => entry.file(done, fail)) }];
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) return all;
    for (const one of some) all.push(...(await filesOf(one, name + "/")));
  }
}

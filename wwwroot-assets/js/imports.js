// Sends a chosen file as the body of one request and tells the page how far it is. The file never passes through the circuit.
export function upload(input, url, token, page) {
  const file = input.files?.[0];
  if (!file) return Promise.resolve({ message: "Choose a file first." });
  return new Promise(resolve => {
    const request = new XMLHttpRequest();
    request.open("POST", `${url}&name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("RequestVerificationToken", token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
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
    request.send(file);
  });
}

export function nameOf(input) {
  return input.files?.[0]?.name ?? null;
}

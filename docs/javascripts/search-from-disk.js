/* A page opened from a disk may start no worker: the search then runs in a hidden frame of the page. */
if (location.protocol === "file:") {
  const load = (page, address) => new Promise((done, failed) => {
    const script = page.createElement("script");
    script.src = new URL(address, location.href).href;
    script.onload = done;
    script.onerror = failed;
    page.head.append(script);
  });

  window.Worker = window.IFrameWorker = class extends EventTarget { // the second is the name that the theme's script asks for
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow, page = this.frame.contentDocument;
      inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.importScripts = async (...addresses) => {
        for (const each of addresses) await load(page, each);
      };
      this.ready = load(page, address);
    }

    postMessage(data) {
      const inside = this.frame.contentWindow;
      this.ready.then(() => inside.dispatchEvent(new inside.MessageEvent("message", { data })));
    }

    terminate() {
      this.frame.remove();
    }
  };
}

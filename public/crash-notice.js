// Says that the page stopped working, once the app's code has failed so that it cannot go on: at a panic or any other trap of
// WebAssembly, and where code that a live page needs cannot be fetched. It is a file of its own, as the app cannot say so itself.
(() => {
  "use strict";

  // What the app listens to. Its handlers would only fail again, and links and forms work without them.
  const HANDLED = [
    ...["click", "submit", "input", "change", "keydown", "cancel", "close", "toggle", "drop", "dragover"],
    ...["focusin", "focusout", "blur", "mousedown", "pointerdown", "pointerup", "pointercancel", "pointerleave"],
    ...["beforeunload", "popstate"],
  ];

  let notice;

  function isFatal(error) {
    if (error instanceof WebAssembly.RuntimeError) return true;
    if (!(error instanceof Error)) return false;
    // WebAssembly that calls itself without end.
    if (error.name === "RangeError" || error.name === "InternalError") return true;
    // A page that the app has not begun to make live still works as the server made it.
    return document.body?.hasAttribute("data-live") && String(error.stack).includes("/pkg/");
  }

  function silence(event) {
    event.stopImmediatePropagation();
    if (event.type === "popstate" || (event.type === "click" && event.target.closest?.("#crash-reload"))) {
      location.reload();
    } else if (event.type === "keydown" && event.key === "Escape") {
      // What was typed can still be copied, and sent without the app.
      notice.close();
    }
  }

  function stop(error) {
    if (notice || !isFatal(error)) return;
    notice = document.createElement("dialog");
    notice.className = "dialog";
    notice.setAttribute("role", "alertdialog");
    notice.setAttribute("aria-labelledby", "crash-title");
    notice.setAttribute("aria-describedby", "crash-text");
    notice.innerHTML = `
      <div class="dialog-box">
        <div class="dialog-header"><h2 id="crash-title">This page stopped working</h2></div>
        <div class="dialog-body">
          <p id="crash-text">
            Nothing that was saved is lost: reload to continue.
            A secret that has not been confirmed is shown again after reloading.
          </p>
        </div>
        <div class="dialog-footer">
          <button id="crash-reload" class="button primary" type="button" autofocus>Reload</button>
        </div>
      </div>`;
    for (const type of HANDLED) addEventListener(type, silence, true);
    document.body.append(notice);
    notice.showModal();
  }

  addEventListener("error", (event) => stop(event.error));
  addEventListener("unhandledrejection", (event) => stop(event.reason));
})();

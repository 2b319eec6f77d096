// Shows a notice when the app fails fatally: at a panic or another WebAssembly trap, or if code that a hydrated page needs
// can't be fetched. A separate file, because the failed app can't show the notice itself.
(() => {
  "use strict";

  // Events that the app handles. Its handlers would fail again, and links and forms work without them.
  const APP_EVENTS = [
    ...["click", "submit", "input", "change", "keydown", "cancel", "close", "toggle", "drop", "dragover"],
    ...["focusin", "focusout", "blur", "mousedown", "pointerdown", "pointerup", "pointercancel", "pointerleave"],
    ...["beforeunload", "popstate"],
  ];

  let notice;

  function isFatal(error) {
    if (error instanceof WebAssembly.RuntimeError) return true;
    if (!(error instanceof Error)) return false;
    // A stack overflow in WebAssembly.
    if (error.name === "RangeError" || error.name === "InternalError") return true;
    // Before hydration the server-rendered page still works.
    return document.body?.hasAttribute("data-live") && String(error.stack).includes("/pkg/");
  }

  function handleEvent(event) {
    event.stopImmediatePropagation();
    if (event.type === "popstate" || (event.type === "click" && event.target.closest?.("#crash-reload"))) {
      location.reload();
    } else if (event.type === "keydown" && event.key === "Escape") {
      // Input can still be copied or submitted without the app.
      notice.close();
    }
  }

  function handleError(error) {
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
    for (const type of APP_EVENTS) addEventListener(type, handleEvent, true);
    document.body.append(notice);
    notice.showModal();
  }

  addEventListener("error", (event) => handleError(event.error));
  addEventListener("unhandledrejection", (event) => handleError(event.reason));
})();

// Un dialogue a sa propre adresse : sans script c’est une page, avec script il s’ouvre sur place.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var opener = null;

  function send(url, options) {
    options.headers = Object.assign({ "HX-Request": "true", "HX-Current-URL": location.href }, options.headers);
    options.credentials = "same-origin";
    return fetch(url, options);
  }

  function place(html, openIt) {
    var host = document.getElementById("dialogs");
    var parsed = new DOMParser().parseFromString(html, "text/html").querySelector("dialog");
    if (!parsed) return false;
    var present = host.querySelector("dialog");
    if (present && present.open) {
      present.replaceChildren.apply(present, Array.from(parsed.childNodes));
      parsed = present;
    } else {
      parsed.removeAttribute("open");
      host.replaceChildren(parsed);
      if (openIt) parsed.showModal();
    }
    var form = parsed.querySelector("form[data-draft]");
    if (form) AT.restoreDraft(form);
    choice(parsed);
    var focus = parsed.querySelector("[data-focus], [aria-invalid=true]") || parsed.querySelector("[autofocus]") || parsed.querySelector("h1, h2");
    if (focus) focus.focus();
    return true;
  }

  function open(link) {
    opener = link;
    send(link.href, { method: "GET" }).then(function (response) {
      if (response.status === 401) return AT.sessionClosed();
      if (!response.ok || response.redirected) { location.href = link.href; return; }
      return response.text().then(function (html) { if (!place(html, true)) location.href = link.href; });
    }).catch(function () { location.href = link.href; });
  }

  function submit(form, button) {
    var body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    form.setAttribute("aria-busy", "true");
    send(form.getAttribute("action"), { method: "POST", body: body, headers: { "X-CSRFToken": AT.csrf() } }).then(function (response) {
      form.removeAttribute("aria-busy");
      if (response.status === 401) return AT.sessionClosed();
      var target = response.headers.get("HX-Redirect");
      if (target) { AT.dropDraft(form); location.href = target; return; }
      return response.text().then(function (html) {
        if (!place(html, true)) { form.dataset.plain = "1"; form.requestSubmit(button || undefined); }
      });
    }).catch(function () {
      form.removeAttribute("aria-busy");
      AT.announce("Le serveur ne répond pas. Votre saisie est gardée : réessayez.");
    });
  }

  // Le bouton répète le créneau choisi : « Promettre jeu. 12/11, 10:00–11:00 ».
  function choice(root) {
    var picked = root.querySelector("input[type=radio][data-label]:checked");
    var where = root.querySelector("[data-slot-choice]"), button = root.querySelector("[data-submit][data-verb]");
    var words = picked ? picked.dataset.label + ending(picked.dataset.label, root.querySelector("[name=minutes]")) : "";
    if (where) where.textContent = words;
    if (button && button.dataset.verb) {
      if (!button.dataset.plainLabel) button.dataset.plainLabel = button.textContent;
      button.textContent = picked ? button.dataset.verb + " " + words : button.dataset.plainLabel;
    }
  }

  // « –11:00 » : la fin de la fenêtre, selon la durée choisie.
  function ending(label, minutes) {
    var at = /(\d\d):(\d\d)$/.exec(label);
    if (!at || !minutes || !+minutes.value) return "";
    var end = (+at[1] * 60 + +at[2] + +minutes.value) % 1440;
    return "\u2060–\u2060" + ("0" + Math.floor(end / 60)).slice(-2) + ":" + ("0" + (end % 60)).slice(-2);
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) { event.preventDefault(); open(link); return; }
    var close = event.target.closest("[data-close]");
    var dialog = close && close.closest("dialog");
    if (dialog) { event.preventDefault(); dialog.close(); return; }
    var dead = event.target.closest(".btn[aria-disabled=true]");
    if (dead) event.preventDefault();
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches && event.target.matches("input[data-label], [name=minutes]")) choice(event.target.form || document);
  });
  document.addEventListener("at:restored", function (event) { choice(event.target); });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-action-form") || !form.closest("dialog") || form.dataset.plain) return;
    event.preventDefault();
    submit(form, event.submitter);
  });

  document.addEventListener("close", function (event) {
    if (event.target.closest && event.target.closest("#dialogs") && opener && opener.isConnected) { opener.focus(); opener = null; }
  }, true);

  document.addEventListener("DOMContentLoaded", function () { choice(document); });
})();

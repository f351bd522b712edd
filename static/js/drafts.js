// Ce qui est tapé reste dans l’onglet, par compte et par adresse, jusqu’à l’enregistrement ou la déconnexion.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var PREFIX = "at-draft:";
  var user = "";

  function key(form) { return PREFIX + user + ":" + (form.dataset.draft || location.pathname); }

  function kept(field) {
    return field.name && !/^(hidden|password|submit|button|file|search)$/.test(field.type) && field.name !== "csrfmiddlewaretoken";
  }

  function read(form) {
    var values = {}, typed = false;
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!kept(field)) return;
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked !== field.defaultChecked) typed = true;
        if (field.checked) (values[field.name] = values[field.name] || []).push(field.value);
      } else if (field.tagName === "SELECT") {
        values[field.name] = [field.value];
        if (!Array.prototype.some.call(field.options, function (o) { return o.selected && o.defaultSelected; }) && field.selectedIndex > 0) typed = true;
      } else {
        values[field.name] = [field.value];
        if (field.value !== field.defaultValue) typed = true;
      }
    });
    return typed ? values : null;
  }

  function save(form) {
    if (!user) return;
    var values = read(form);
    if (values) sessionStorage.setItem(key(form), JSON.stringify(values));
  }

  function restore(form) {
    var text = user && sessionStorage.getItem(key(form));
    if (!text) return;
    var values = JSON.parse(text), changed = false;
    Array.prototype.forEach.call(form.elements, function (field) {
      var given = kept(field) && values[field.name];
      if (!given) return;
      if (field.type === "checkbox" || field.type === "radio") {
        var on = given.indexOf(field.value) !== -1;
        if (field.checked !== on) { field.checked = on; changed = true; }
      } else if (field.value !== given[0]) { field.value = given[0]; changed = true; }
    });
    if (changed) {
      form.dispatchEvent(new CustomEvent("at:restored", { bubbles: true }));
      AT.announce("Votre saisie a été retrouvée.");
    }
  }

  AT.restoreDraft = restore;
  AT.dropDraft = function (form) { sessionStorage.removeItem(key(form)); };
  AT.saveDrafts = function () { document.querySelectorAll("form[data-draft]").forEach(save); };

  function wipe() {
    Object.keys(sessionStorage).forEach(function (name) { if (name.indexOf(PREFIX) === 0) sessionStorage.removeItem(name); });
  }

  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-draft")) save(form);
  });
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-draft")) save(form);
  });
  document.addEventListener("submit", function (event) {
    if (event.target.hasAttribute("data-logout")) wipe();
    else if (event.target.hasAttribute("data-draft")) {
      save(event.target);
      // Un dialogue oublie sa saisie lui-même, une fois enregistrée (dialogs.js). Une page entière part :
      // sa saisie est enregistrée, ou revient avec ses erreurs ; sans session, elle reste.
      if (event.target.closest("dialog") && !event.target.dataset.plain) return;
      sessionStorage.setItem("at-sent", key(event.target));
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    user = document.body.dataset.user || "";
    if (!user) return;
    var previous = sessionStorage.getItem("at-user");
    if (previous && previous !== user) wipe();
    sessionStorage.setItem("at-user", user);
    // Ce qui vient d’être envoyé et n’est pas revenu sur la même page est enregistré.
    var sent = sessionStorage.getItem("at-sent");
    if (sent) {
      var back = Array.prototype.some.call(document.querySelectorAll("form[data-draft]"), function (form) { return key(form) === sent; });
      if (!back) sessionStorage.removeItem(sent);
      sessionStorage.removeItem("at-sent");
    }
    document.querySelectorAll("form[data-draft]").forEach(restore);
  });
})();

// Which key means what.

const BY_KEY = {
  " ": "toggle",
  x: "none",
  s: "star",
  r: "redo",
  e: "edit",
  u: "undo",
  z: "zoom",
  "?": "keys",
  Enter: "summary",
  Escape: "leave",
  ArrowLeft: "back",
  ArrowRight: "next",
  ArrowUp: "markBefore",
  ArrowDown: "markNext",
}
const TYPING = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox]"
// A dialog with a field takes the keys; the one that says that the server is gone does not.
const OVER_IT = "[role=dialog] textarea, [role=dialog] input, [role=listbox], [role=menu]"
const CONTROLS = `button, a, summary, [role=button], [role=tab], [role=menuitem], ${TYPING}`

// The action of a key press and the variation it names; null when the press is for someone else.
function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  const origin = event.composedPath()[0]
  const at = (selector) => origin instanceof Element && origin.closest(selector)
  if (at(TYPING) || document.querySelector(OVER_IT)) return null
  const digit = digitOf(event)
  if (digit) return event.repeat ? null : ["choose", Number(digit) - 1]
  const action = BY_KEY[letterOf(event)]
  if (!action || (event.repeat && !event.key.startsWith("Arrow"))) return null
  if (event.key === " " && at(".choose")) return ["toggle", null]
  if ((event.key === "Enter" || event.key === " ") && at(CONTROLS)) return null
  return [action, null]
}

function digitOf(event) {
  if (/^[1-9]$/.test(event.key)) return event.key
  return event.shiftKey ? null : /^Digit([1-9])$/.exec(event.code)?.[1]
}

// On a keyboard of another script the key counts by its place.
function letterOf(event) {
  if (event.key.length > 1) return event.key
  const foreign = event.key > "~" && /^Key([A-Z])$/.exec(event.code)
  return (foreign ? foreign[1] : event.key).toLowerCase()
}

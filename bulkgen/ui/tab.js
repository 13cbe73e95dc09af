// The title of the browser's tab, and a notice when the job ends.
const tabs = new WeakMap()

function setTitle(tab) {
  if (!tab.title || document.title === tab.title) return
  // Kept for the moment when this page is left.
  tab.theirs = document.title
  document.title = tab.title
}

function notify(data) {
  const seen = `bulkgen.notice.${data.job}`
  if (data.active) {
    sessionStorage.setItem(seen, "waits")
    return
  }
  if (sessionStorage.getItem(seen) !== "waits") return
  sessionStorage.removeItem(seen)
  if (!wanted()) return
  try {
    new Notification(data.name, { body: data.outcome, tag: data.job })
  } catch {
    // Some phones allow notices from service workers only.
  }
}

function wanted() {
  return (
    "Notification" in window &&
    Notification.permission === "granted" &&
    localStorage.getItem("bulkgen.notice") === "on"
  )
}

function drawButton(button, data) {
  button.hidden = !data.active || !("Notification" in window)
  button.setAttribute("aria-pressed", String(wanted()))
  button.textContent = wanted() ? "Desktop notice is on" : "Notify me at the end"
  button.onclick = async () => {
    if (wanted()) {
      localStorage.removeItem("bulkgen.notice")
    } else if ((await Notification.requestPermission()) === "granted") {
      localStorage.setItem("bulkgen.notice", "on")
    } else {
      button.textContent = "The browser blocks notices of this site"
      return
    }
    drawButton(button, data)
  }
}

function follow(tab, button) {
  const data = window.bulkgenTick
  if (!data) return
  tab.title = data.title
  setTitle(tab)
  notify(data)
  drawButton(button, data)
}

export default function ({ parentElement }) {
  let tab = tabs.get(parentElement)
  if (!tab) {
    tab = { title: "", observer: new MutationObserver(() => setTitle(tab)) }
    tab.observer.observe(document.head, { childList: true, characterData: true, subtree: true })
    tab.follow = () => follow(tab, parentElement.querySelector("button"))
    window.addEventListener("bulkgen-tick", tab.follow)
    tabs.set(parentElement, tab)
  }
  tab.follow()
  return () => {
    tab.observer.disconnect()
    if (tab.theirs && document.title === tab.title) document.title = tab.theirs
    window.removeEventListener("bulkgen-tick", tab.follow)
    delete window.bulkgenTick
    tabs.delete(parentElement)
  }
}

// The title of the browser's tab, a notice when the job ends, and the word that tiles have changed.
const tabs = new WeakMap()

function setTitle(tab) {
  if (tab.title && document.title !== tab.title) document.title = tab.title
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

export default function ({ data, parentElement, setTriggerValue }) {
  let tab = tabs.get(parentElement)
  if (!tab) {
    tab = { title: "", repainted: 0 }
    tab.observer = new MutationObserver(() => setTitle(tab))
    tab.observer.observe(document.head, { childList: true, characterData: true, subtree: true })
    tabs.set(parentElement, tab)
  }
  tab.title = data.title
  setTitle(tab)
  notify(data)
  drawButton(parentElement.querySelector("button"), data)
  if (data.repaint > tab.repainted) {
    tab.repainted = data.repaint
    setTriggerValue("repaint", data.repaint)
  }
  return () => {
    tab.observer.disconnect()
    tabs.delete(parentElement)
  }
}

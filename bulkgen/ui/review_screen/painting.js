// What the screen looks like; the tiles stay, the pictures in them change.

Object.assign(Screen.prototype, {
  paint() {
    const { list, number } = this
    const done = list.total - list.left
    const bar = this.part(".bar")
    bar.setAttribute("aria-valuemax", list.total)
    bar.setAttribute("aria-valuenow", done)
    bar.firstElementChild.style.transform = `scaleX(${list.total ? done / list.total : 0})`
    this.part(".left").textContent = this.leftWords()
    this.part(".where").textContent = `Prompt ${number} of ${list.total}`
    this.part(".summary").hidden = !this.inSummary
    for (const name of [".tiles", ".review > .actions", "header .line", ".prompt"]) {
      this.part(name).hidden = this.inSummary
    }
    if (this.inSummary) return this.paintSummary()
    if (list.get(number)) this.paintPrompt(list.get(number))
    else this.paintMissing()
    requestAnimationFrame(() => setTimeout(() => this.isGone || this.loadAhead()))
  },

  paintPrompt(prompt) {
    const [first] = prompt.images
    const shape = prompt.images.find(isThere) ?? { width: 1, height: 1 }
    this.part(".prompt").textContent = first.prompt
    this.part(".prompt").title = first.prompt
    const tiles = this.part(".tiles")
    tiles.style.setProperty("--columns", Math.min(prompt.images.length, 4))
    tiles.style.setProperty("--shape", shape.width / shape.height)
    prompt.images.forEach((image, index) => this.paintTile(image, index))
    this.tiles.forEach((tile, index) => (tile.hidden = index >= prompt.images.length))
    if (this.part("dialog.zoom").open) this.paintZoom()
  },

  paintMissing() {
    this.part(".prompt").textContent = "Loading …"
    this.tiles.forEach((tile) => (tile.hidden = true))
    const again = () => setTimeout(() => this.isGone || this.paint(), 1000)
    this.list.load(this.number).then(() => {
      this.paint()
      this.introduce()
    }, again)
  },

  paintTile(image, index) {
    const tile = (this.tiles[index] ??= this.newTile(index))
    const there = isThere(image)
    const name = `variation ${image.number}`
    tile.classList.toggle("selected", image.selected)
    tile.classList.toggle("marked", index === this.marked)
    const [choose, ...others] = tile.querySelectorAll("button")
    choose.setAttribute("aria-pressed", image.selected)
    for (const button of [choose, ...others]) button.disabled = !there
    const [toggle, star] = others
    toggle.setAttribute("aria-pressed", image.selected)
    star.setAttribute("aria-pressed", image.starred)
    for (const button of others) {
      button.setAttribute("aria-label", `${button.textContent} ${name}`)
    }
    const picture = there ? this.pictures.get(image, describe(image)) : this.words(image)
    const slot = tile.querySelector(".picture")
    if (slot.firstChild !== picture) slot.replaceChildren(picture)
  },

  newTile(index) {
    const tile = document.createElement("div")
    tile.className = "tile"
    tile.innerHTML = `
      <button type="button" class="choose" data-action="choose">
        <span class="picture"></span><span class="digit">${index + 1}</span>
      </button>
      <div class="marks">
        <button type="button" data-action="toggle">Select</button>
        <button type="button" data-action="star">Star</button>
        <button type="button" data-action="zoom">Zoom</button>
      </div>`
    this.part(".tiles").append(tile)
    return tile
  },

  words(image) {
    const words = document.createElement("span")
    words.className = "words"
    words.textContent = image.message || `Variation ${image.number} ${WORDS[image.status]}`
    return words
  },

  paintZoom() {
    const image = this.markedImage
    if (!image) return
    const address = `${this.data.images}/${image.id}/original`
    if (this.part(".large img")?.getAttribute("src") !== address) {
      const large = new Image()
      large.alt = describe(image)
      large.src = address
      this.part(".large").replaceChildren(large)
    }
    const states = [image.selected && "selected", image.starred && "starred"].filter(Boolean)
    this.part("dialog.zoom p").textContent = [`Variation ${image.number}`, ...states].join(", ")
  },

  paintSummary() {
    const { list, toCreate } = this
    const selected = list.selected.reduce((sum, count) => sum + count, 0)
    this.part(".summary h3").textContent = `${list.total - list.left} of ${list.total} prompts decided`
    this.part(".count").textContent = `${counted(selected, "picture")} selected.`
    this.part(".open").textContent = list.left
      ? `${counted(list.left, "prompt")} not decided yet.`
      : "Every prompt is decided."
    this.part("[data-action=undecided]").hidden = !list.left
    const create = this.part("[data-action=create]")
    create.disabled = !toCreate
    create.textContent =
      toCreate === null
        ? "Counting …"
        : toCreate
          ? `Create ${counted(toCreate, "page")} as ${this.data.page_status}`
          : "No selected picture is without a page"
  },

  paintUnsent() {
    const { unsent, failures, refusal } = this.journal
    const waits = failures && unsent
    this.part(".unsent").textContent = waits
      ? `${unsent} not saved yet. ${refusal ?? "They are kept in this browser until bulkgen answers."}`
      : ""
  },

  leftWords() {
    const { left } = this.list
    if (!left) return "None left"
    const times = this.times.slice(-PACES - 1)
    const paces = times.slice(1).map((time, index) => time - times[index])
    const usual = paces.sort((one, other) => one - other)[Math.floor(paces.length / 2)]
    const words = `${left} left`
    if (paces.length < 2) return words
    return `${words}, about ${duration(left * Math.min(usual, LONGEST_PACE_MS))} at this pace`
  },

  // Pictures of the prompts that are likely to be asked for next, and of the ones just left.
  loadAhead() {
    const { list, number } = this
    const wanted = new Set([number, number - 1, number - 2, number + 1])
    let next = number
    for (let step = 0; step < AHEAD; step += 1) {
      next = list.undecidedAfter(next) ?? next + 1
      wanted.add(next)
    }
    const far = Math.min(number + WINDOW, list.total)
    for (const missing of [...wanted, far].filter((some) => list.lacks(some))) {
      list.load(missing).then(() => this.loadAhead(), () => {})
    }
    const ids = new Set()
    for (const near of wanted) {
      for (const image of list.get(near)?.images.filter(isThere) ?? []) {
        ids.add(image.id)
        this.pictures.get(image, describe(image))
      }
    }
    this.pictures.keepOnly(ids)
  },

  say(text) {
    this.part(".said").textContent = text.trim()
  },
})

function describe(image) {
  return `Variation ${image.number}: ${shortened(image.prompt)}`
}

function excerpt(prompt) {
  return prompt ? shortened(prompt.images[0].prompt) : ""
}

function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT - 1)}…` : line
}

function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`
}

function duration(milliseconds) {
  const seconds = Math.max(1, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const screens = new WeakMap()

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const screen = screens.get(parentElement)
  if (screen) screen.update(data)
  else screens.set(parentElement, new Screen(parentElement, data, setTriggerValue))
  return () => {
    screens.get(parentElement)?.close()
    screens.delete(parentElement)
  }
}

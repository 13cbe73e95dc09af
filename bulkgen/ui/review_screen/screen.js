// The screen: one prompt with its variations; every key is answered from what is here already.

const AHEAD = 3
const POLL_MS = 2000
const PACES = 10
const LONGEST_PACE_MS = 60_000
const EXCERPT = 120
const WORDS = {
  pending: "waits",
  processing: "is being made",
  failed: "failed",
  cancelled: "was cancelled",
  unknown: "brought no answer",
}

class Screen {
  constructor(root, data, trigger) {
    this.part = (selector) => root.querySelector(selector)
    this.data = data
    this.trigger = trigger
    this.list = new PromptList(data.address)
    this.journal = new Journal(data.address, data.job_id, () => this.paintUnsent())
    this.pictures = new Pictures((id) => `${data.images}/${id}/preview`)
    this.tiles = []
    this.undone = []
    this.times = []
    this.number = 0
    this.marked = 0
    this.inSummary = false
    this.listen(root)
    this.part(".price").textContent = `make one more variation, ${data.price}`
    this.part(".review").focus({ preventScroll: true })
    this.open()
  }

  listen(root) {
    this.leaving = new AbortController()
    const on = (target, name, act, capture) =>
      target.addEventListener(name, act, { capture, signal: this.leaving.signal })
    on(document, "keydown", (event) => this.onKey(event), true)
    on(window, "pagehide", () => this.journal.sendNow())
    on(document, "visibilitychange", () => document.hidden && this.journal.sendNow())
    on(root, "click", (event) => this.onClick(event))
    // A click leaves the focus where it is, so that the next key is still one for the screen.
    on(root, "mousedown", (event) => event.target.closest("button") && event.preventDefault())
    // Firefox clicks a button when Space is let go.
    on(root, "keyup", (event) => {
      if (event.key === " " && event.target.closest(".choose")) event.preventDefault()
    })
    this.polling = setInterval(() => this.poll(), POLL_MS)
  }

  close() {
    this.journal.sendNow()
    this.leaving.abort()
    clearInterval(this.polling)
  }

  get isGone() {
    return this.leaving.signal.aborted
  }

  async open() {
    this.part(".left").textContent = "Loading …"
    while (!this.isGone) {
      try {
        if (!(await this.journal.send()) && !this.journal.refusal) throw new Error()
        const review = await this.list.open()
        this.journal.clockAheadMs = Date.now() - review.now
        return this.show(Math.min(review.position, this.list.total))
      } catch (error) {
        this.part(".unsent").textContent = error.message
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  update(data) {
    const changed = data.revision !== this.data.revision
    this.data = data
    if (!changed || !this.number) return
    if (this.inSummary) this.summary()
    this.reload()
  }

  reload() {
    return this.list.load(this.number).then(
      () => this.paint(),
      () => {},
    )
  }

  poll() {
    if (this.number && this.list.isUnderWay(this.number)) this.reload()
  }

  onKey(event) {
    const press = this.number ? actionOf(event) : null
    if (!press) return
    const [action, index] = press
    if (this.part("dialog.keys").open && action !== "keys" && action !== "leave") return
    if (this.inSummary && !["summary", "leave", "undo", "back", "keys"].includes(action)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const tile = event.composedPath()[0].closest?.(".tile")
    if (tile && index === null) this.marked = this.tiles.indexOf(tile)
    this.act(this.inSummary && action === "summary" ? "create" : action, index)
  }

  onClick(event) {
    const button = event.target.closest("button[data-action]")
    if (!button || !this.number) return
    const tile = button.closest(".tile")
    const index = tile ? this.tiles.indexOf(tile) : null
    if (tile) this.marked = index
    this.act(button.dataset.action, index)
  }

  act(action, index) {
    if (this.inSummary && (action === "undo" || action === "back")) action = "leave"
    if (["create", "leave", "summary", "keys", "undecided"].includes(action)) return this[action]()
    if (this.list.get(this.number)) this[action](index)
  }

  get images() {
    return this.list.get(this.number).images
  }

  get markedImage() {
    const image = this.images[this.marked]
    return image && isThere(image) ? image : null
  }

  goOn(said) {
    this.times.push(Date.now())
    const next = this.list.undecidedAfter(this.number)
    const wasReviewedBefore = this.undone.at(-1).decided
    if (next !== null) return this.moveTo(next, said)
    if (!wasReviewedBefore || this.number === this.list.total) return this.summary(said)
    this.moveTo(this.number + 1, said)
  }

  next() {
    if (this.number === this.list.total) return this.summary()
    this.moveTo(this.number + 1)
  }

  back() {
    if (this.number > 1) this.moveTo(this.number - 1)
  }

  markBefore() {
    this.mark(this.marked - 1)
  }

  markNext() {
    this.mark(this.marked + 1)
  }

  mark(index) {
    this.marked = (index + this.images.length) % this.images.length
    this.paint()
    this.say(`Variation ${this.marked + 1}.`)
  }

  moveTo(number, said = "") {
    this.journal.moveTo(number)
    this.show(number, said)
  }

  show(number, said = "") {
    this.number = number
    this.marked = 0
    this.inSummary = false
    this.part("dialog.zoom").close()
    this.paint()
    this.introduce(said)
    this.poll()
  }

  introduce(said = "") {
    const { list, number } = this
    this.say(`${said} Prompt ${number} of ${list.total}: ${excerpt(list.get(number))}`)
  }

  leave() {
    if (this.part("dialog.keys").open) return this.part("dialog.keys").close()
    if (this.part("dialog.zoom").open) return this.part("dialog.zoom").close()
    if (this.inSummary) this.show(this.number)
  }

  undecided() {
    const next = this.list.undecidedAfter(this.list.total)
    if (next !== null) this.moveTo(next)
  }

  keys() {
    const dialog = this.part("dialog.keys")
    if (dialog.open) dialog.close()
    else dialog.showModal()
  }

  zoom() {
    const dialog = this.part("dialog.zoom")
    if (dialog.open || !this.markedImage) return dialog.close()
    dialog.showModal()
    dialog.focus()
    this.paintZoom()
  }

  async summary(said = "") {
    this.inSummary = true
    this.toCreate = null
    this.part("dialog.zoom").close()
    this.paint()
    this.say(`${said} Summary.`)
    while (this.inSummary && !this.isGone && this.toCreate === null) {
      try {
        if (!(await this.journal.send())) throw new Error()
        this.toCreate = (await this.list.open()).to_create
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
    this.paint()
    const words = [".summary h3", ".count", ".open"].map((part) => this.part(part).textContent)
    if (this.inSummary) this.say(`${words[0]}. ${words[1]} ${words[2]}`)
  }

  create() {
    if (!this.toCreate) return
    this.toCreate = 0
    this.trigger("create", true)
    this.part("[data-action=create]").textContent = "Creating …"
  }
}

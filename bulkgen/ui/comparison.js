// Two to four pictures side by side; moving or enlarging one does the same to all.
const MOST = 12
const frames = new WeakMap()

function draw(root, state) {
  for (const image of root.querySelectorAll("img")) {
    const { clientWidth: width, clientHeight: height } = image.parentElement
    state.x = Math.min(0, Math.max(width * (1 - state.scale), state.x))
    state.y = Math.min(0, Math.max(height * (1 - state.scale), state.y))
    image.style.transform = `translate(${state.x}px, ${state.y}px) scale(${state.scale})`
  }
}

function zoom(root, state, factor, x, y) {
  const scale = Math.min(MOST, Math.max(1, state.scale * factor))
  state.x = x - ((x - state.x) * scale) / state.scale
  state.y = y - ((y - state.y) * scale) / state.scale
  state.scale = scale
  draw(root, state)
}

function centred(root, state, factor) {
  const frame = root.querySelector(".frame")
  zoom(root, state, factor, frame.clientWidth / 2, frame.clientHeight / 2)
}

function move(root, state, x, y) {
  state.x += x
  state.y += y
  draw(root, state)
}

function addFrame(root, state, picture) {
  const figure = document.createElement("figure")
  const frame = document.createElement("div")
  const image = document.createElement("img")
  const caption = document.createElement("figcaption")
  frame.className = "frame"
  image.src = picture.src
  image.alt = picture.alt
  image.draggable = false
  caption.textContent = picture.label
  frame.append(image)
  figure.append(frame, caption)
  frame.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault()
      const box = frame.getBoundingClientRect()
      const factor = Math.exp(-event.deltaY / 400)
      zoom(root, state, factor, event.clientX - box.left, event.clientY - box.top)
    },
    { passive: false },
  )
  frame.addEventListener("pointerdown", (event) => frame.setPointerCapture(event.pointerId))
  frame.addEventListener("pointermove", (event) => {
    if (frame.hasPointerCapture(event.pointerId)) move(root, state, event.movementX, event.movementY)
  })
  root.querySelector(".frames").append(figure)
}

const KEYS = {
  "+": (root, state) => centred(root, state, 1.5),
  "-": (root, state) => centred(root, state, 1 / 1.5),
  0: (root, state) => centred(root, state, 0),
  ArrowLeft: (root, state) => move(root, state, 60, 0),
  ArrowRight: (root, state) => move(root, state, -60, 0),
  ArrowUp: (root, state) => move(root, state, 0, 60),
  ArrowDown: (root, state) => move(root, state, 0, -60),
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".compare")
  const shown = data.pictures.map((picture) => picture.src).join(" ")
  if (frames.get(root)?.shown === shown) return
  const state = { scale: 1, x: 0, y: 0, shown }
  frames.set(root, state)
  root.querySelector(".frames").replaceChildren()
  data.pictures.forEach((picture) => addFrame(root, state, picture))
  root.onkeydown = (event) => {
    const act = KEYS[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    act(root, state)
  }
  for (const button of root.querySelectorAll("button")) {
    button.onclick = () => KEYS[button.dataset.key](root, state)
  }
}

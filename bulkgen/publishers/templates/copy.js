for (const button of document.querySelectorAll("button.copy")) {
  const label = button.textContent
  button.hidden = false
  button.addEventListener("click", async () => {
    const prompt = document.querySelector(".prompt")
    try {
      await navigator.clipboard.writeText(prompt.textContent)
    } catch {
      getSelection().selectAllChildren(prompt)
      document.execCommand("copy")
    }
    button.textContent = "Copied"
    setTimeout(() => { button.textContent = label }, 2000)
  })
}

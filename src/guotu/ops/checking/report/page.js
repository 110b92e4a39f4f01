(() => {
  const root = document.documentElement, map = document.getElementById('map'), table = document.getElementById('findings')
  document.getElementById('language').addEventListener('click', () => {
    const zh = root.classList.toggle('zh')
    root.classList.toggle('en', !zh)
    root.lang = zh ? 'zh-CN' : 'en'
  })
  if (!table) return
  const shapes = new Map(map ? [...map.querySelectorAll('.found g')].map((g) => [g.dataset.n, g]) : [])
  const whole = map ? map.dataset.whole.split(' ').map(Number) : null
  let view = whole && [...whole]
  const show = (next) => { view = next; map.setAttribute('viewBox', next.join(' ')) }
  const zoom = (by, at) => {
    const [x, y, w, h] = view
    const [cx, cy] = at ?? [x + w / 2, y + h / 2]
    const f = Math.min(Math.max(by, (whole[2] / 1e5) / w), (whole[2] * 1.5) / w)
    show([cx - (cx - x) * f, cy - (cy - y) * f, w * f, h * f])
  }
  const choose = (n, from) => {
    for (const old of document.querySelectorAll('.here')) old.classList.remove('here')
    const row = document.getElementById('r' + n), shape = shapes.get(n)
    row?.classList.add('here')
    if (shape) {
      shape.classList.add('here')
      shape.parentNode.append(shape)
      if (from !== 'map') {
        const b = shape.getBBox(), side = Math.max(b.width, b.height * whole[2] / whole[3], whole[2] / 200) * 2.6
        const tall = side * whole[3] / whole[2]
        show([b.x + b.width / 2 - side / 2, b.y + b.height / 2 - tall / 2, side, tall])
      }
    }
    if (from === 'map') row?.scrollIntoView({ block: 'center' })
  }
  const rowOf = (event) => event.target.closest('tr[data-n]')
  table.addEventListener('click', (event) => { const row = rowOf(event); if (row) choose(row.dataset.n, 'row') })
  table.addEventListener('keydown', (event) => {
    const row = rowOf(event)
    if (row && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); choose(row.dataset.n, 'row') }
  })
  const filters = [...document.querySelectorAll('[data-filter]')]
  const filter = () => {
    const fits = (one) => filters.every((f) => !f.value || one.dataset[f.dataset.filter] === f.value)
    for (const row of table.tBodies[0].rows) row.hidden = !fits(row)
    for (const shape of shapes.values()) shape.style.display = fits(shape) ? '' : 'none'
  }
  for (const one of filters) one.addEventListener('change', filter)
  if (!map) return
  const spot = (event) => {
    const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse())
    return [p.x, p.y]
  }
  map.addEventListener('wheel', (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.25 : 0.8, spot(event)) }, { passive: false })
  let held = null, moved = false
  map.addEventListener('pointerdown', (event) => { held = spot(event); moved = false })
  map.addEventListener('pointermove', (event) => {
    if (!held) return
    const [x, y] = spot(event)
    if (Math.hypot(x - held[0], y - held[1]) > view[2] / 200) moved = true
    if (moved) show([view[0] - (x - held[0]), view[1] - (y - held[1]), view[2], view[3]])
  })
  addEventListener('pointerup', () => { held = null })
  map.addEventListener('click', (event) => {
    const shape = event.target.closest('.found g')
    if (shape && !moved) choose(shape.dataset.n, 'map')
  })
  map.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (step) { event.preventDefault(); show([view[0] + step[0] * view[2] / 8, view[1] + step[1] * view[3] / 8, view[2], view[3]]) }
    if (event.key === '+' || event.key === '=') zoom(0.7)
    if (event.key === '-') zoom(1.4)
  })
  for (const button of document.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => (button.dataset.zoom === 'whole' ? show([...whole]) : zoom(button.dataset.zoom === 'in' ? 0.6 : 1.6)))
  }
})()

// Khách NDXP mẫu cho Node >= 18, không cần gói nào · A sample NDXP client, no packages.
//
// Chạy · Run:   node client.mjs        một hồ sơ trọn vòng: token, hồ sơ, bước xử lý, kết quả, lấy hồ sơ
//               node client.mjs sai    hồ sơ có thủ tục sai, để xem bị từ chối ra sao · a refused dossier
// Mã thoát · Exit: 0 xong · 1 bị từ chối, người phải sửa · 2 không gọi được, thử lại sau

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const shared = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const { forms: FORMS, tables: TABLES } = shared('bieu-mau.json')
const TRIES = 4

/** Dịch vụ trả lời "không": gửi lại y nguyên cũng vô ích · Sending the same again would not help. */
class Refused extends Error {}
/** Không có câu trả lời dùng được sau vài lần thử · No usable answer after several tries. */
class Unreachable extends Error {}

// ---- Cổng: token, gọi, thử lại có chừng mực · The gateway ----

class Gateway {
  constructor(base, pair, stateDir, now) {
    this.base = base.replace(/\/$/, '')
    this.pair = pair
    this.file = stateDir && `${stateDir}/token.json`
    this.kept = this.file && existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : null
    this.ahead = now ? Date.parse(now) - Date.now() : 0
  }

  /** Dùng lại token; chỉ xin mới khi sắp hết hạn hoặc khi gặp 401 · Reuse, renew when due. */
  async token(renew = false) {
    const now = Date.now() + this.ahead
    if (this.kept && !renew && now < this.kept.until - 30_000) return this.kept.token
    const pair = Buffer.from(`${this.pair.consumer_key}:${this.pair.consumer_secret}`).toString('base64')
    const headers = { Authorization: `Basic ${pair}`, 'Content-Type': 'application/x-www-form-urlencoded' }
    const reply = await this.send('/token', headers, 'grant_type=client_credentials')
    if (reply.status !== 200) throw new Refused(`token: ${reply.status} ${reply.text.slice(0, 200)}`)
    const said = JSON.parse(reply.text)
    this.kept = { token: said.access_token, until: now + said.expires_in * 1000 }
    if (this.file) writeFileSync(this.file, JSON.stringify(this.kept), { mode: 0o600 })
    return this.kept.token
  }

  /** Gọi một dịch vụ. HTTP 200 chưa phải thành công: error_code mới quyết định (BTXH 3.1). */
  async call(operation, body) {
    let reply
    for (const renew of [false, true]) { // 401: xin token mới đúng một lần · one renewal, no loop
      const bearer = `Bearer ${await this.token(renew)}`
      const headers = { Authorization: bearer, 'Content-Type': 'application/json; charset=utf-8' }
      reply = await this.send(`/apiBTXH/1.0/${operation}`, headers, JSON.stringify(body))
      if (reply.status !== 401) break
    }
    if (reply.status !== 200) throw new Refused(`${reply.status} ${reply.text.slice(0, 200)}`)
    const whole = JSON.parse(reply.text)
    const said = whole.result ?? whole
    if (String(said.error_code) !== '0') throw new Refused(`${said.error_code} ${said.message}`)
    return said
  }

  /** Chỉ thử lại khi mất kết nối, 429, 5xx, trang HTML hoặc JSON cụt; nghỉ dài dần · Retry passing troubles only. */
  async send(path, headers, body) {
    let trouble
    for (let number = 1; number <= TRIES; number++) {
      let pause = 100 * 2 ** number
      try {
        const reply = await this.once(path, headers, body)
        if (!isPassing(reply)) return reply
        trouble = `HTTP ${reply.status}`
        pause = waitMs(reply) ?? pause
      } catch (lost) {
        trouble = lost.cause?.code ?? lost.message
      }
      if (number < TRIES) await sleep(pause)
    }
    throw new Unreachable(`${this.base}${path}: ${trouble}`)
  }

  async once(path, headers, body) {
    const options = { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(15_000) }
    const reply = await fetch(this.base + path, { ...options, headers: { Accept: 'application/json', ...headers } })
    return { status: reply.status, headers: reply.headers, text: await reply.text() }
  }
}

const isPassing = ({ status, text }) =>
  status === 429 || status >= 500 || (status === 200 && !isJson(text))

function isJson(text) {
  try {
    return JSON.parse(text) !== null
  } catch {
    return false
  }
}

/** Cổng báo lúc nào thì chờ đến lúc ấy · Wait until the moment the gateway tells. */
function waitMs({ headers, text }) {
  const after = Number(headers.get('Retry-After') ?? NaN)
  if (after >= 0) return Math.min(after, 90) * 1000
  const [, year, month, day, time] = text.match(/"(\d{4})-(\w{3})-(\d\d) ([\d:]{8})/) ?? []
  const pause = Date.parse(`${day} ${month} ${year} ${time} GMT`) - Date.parse(headers.get('Date'))
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, 50), 90_000)
}

// ---- Biểu mẫu: từ điều quầy biết sang trường của công văn (BTXH 3.1.1 - 3.1.3), theo ../bieu-mau.json · Forms ----

/** Mỗi trường một quy tắc "loại đường.dẫn": text, note, day, second, hằng (=), null, hoặc tên một bảng mã. */
function fields(form, known) {
  return Object.fromEntries(Object.entries(FORMS[form]).map(([name, rule]) => {
    const [, kind, path] = rule.match(/^(\S+) ?(.*)$/)
    return [name, kind === 'null' ? null : kind === '=' ? path : coded(kind, lookedUp(known, path))]
  }))
}

const lookedUp = (known, path) => String(path.split('.').reduce((at, part) => at[part], known)).normalize('NFC')

function coded(kind, text) {
  const day = `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)}`
  const plain = { text, day, second: `${day} ${text.slice(11, 19)}`, note: text.slice(0, 4000) }
  return plain[kind] ?? TABLES[kind][text] ?? text
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Node không có sẵn bộ ghi XML: mọi chữ đi qua chỗ thoát ký tự duy nhất này · All text is escaped here, nowhere else. */
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign])
const element = (name, children) => `<${name}>${children.join('')}</${name}>`

function extentXml(files, results) {
  const rows = (one, form, many) => many.map((row, at) =>
    element(one, Object.entries(fields(form, { ...row, number: at + 1 })).map(([name, text]) => element(name, [escaped(text)]))))
  return "<?xml version='1.0' encoding='utf-8'?>" + element('ExtentData', [
    element('DanhSachTaiLieuNop', rows('TaiLieuNop', 'file', files)),
    element('DanhSachGiayToKetQua', rows('GiayToKetQua', 'result', results)),
  ])
}

/** LoaiDuLieu 1: hồ sơ mới · 100: kết quả cuối cùng. */
const dossierForm = (kind, it) => fields('dossier', {
  ...it,
  kind,
  digitised: it.files.some((file) => file.digitised),
  detail_url: `https://motcua.example.vn/ho-so/${it.dossier_code}`,
  extent_data: extentXml(it.files, kind === '100' ? it.results : []),
})

const stepForm = (code, step) => fields('step', { ...step, dossier_code: code })

// ---- Hai việc: cuộc gọi mẫu, và việc do bài kiểm định giao · The sample, and tasks of a certification ----

async function push(gateway, operation, form) {
  const kind = form.LoaiDuLieu ? ` (${form.LoaiDuLieu})` : ''
  const name = `${operation}${kind} ${form.MaHoSo ?? ''}`.trimEnd()
  const said = await gateway.call(operation, form).catch((no) => {
    throw no instanceof Refused ? new Refused(`${name}: ${no.message}`) : no
  })
  const count = 'data' in said ? `; ${(said.data ?? []).length} hồ sơ` : ''
  console.log(`${name}: ${said.error_code} ${said.message}${count}`)
}

async function sample(base, pair, isWrong) {
  const known = shared('mau.json')
  const it = known.dossier
  it.dossier_code = it.dossier_code.slice(0, -4) + Math.floor(1000 + Math.random() * 9000)
  if (isWrong) it.procedure.code = '1.009999'
  const gateway = new Gateway(base, pair ?? known.credentials)
  await gateway.token()
  console.log('token: 200')
  await push(gateway, 'DongBoDVC', dossierForm('1', it))
  await push(gateway, 'XuLyHoSo', stepForm(it.dossier_code, it.steps[0]))
  it.status = { name: 'Đã trả kết quả' }
  await push(gateway, 'DongBoDVC', dossierForm('100', it))
  await push(gateway, 'DanhSachHoSo', known.pull)
  console.log('xong / done')
}

/** Làm việc được giao; điều bị từ chối được ghi lại cho người, không gửi lại · docs: certify PLAN. */
async function certified({ task, base_url: base, credentials, state_dir: folder }) {
  const kind = { 'push-dossiers': '1', 'push-course': '1', 'push-results': '100' }[task.do]
  if (!kind) throw new Refused(`chưa biết làm / cannot do: ${task.do}`)
  const gateway = new Gateway(base, credentials.production, folder, task.now)
  for (const it of task.dossiers) {
    try {
      await push(gateway, 'DongBoDVC', dossierForm(kind, it))
      for (const step of it.steps ?? []) await push(gateway, 'XuLyHoSo', stepForm(it.dossier_code, step))
    } catch (trouble) {
      if (!(trouble instanceof Refused || trouble instanceof Unreachable)) throw trouble
      console.log(`${it.dossier_code}: ${trouble.message}`)
    }
  }
}

/** Bật trình giả lập ở một cổng trống; dòng đầu tiên của nó là địa chỉ và khóa · Its ready line. */
async function started() {
  const words = ['serve', '--port', '0', '--store', ':memory:', '--quiet']
  const server = spawn('ndxp-emulator', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', () => reject(new Error('ndxp-emulator serve')))
    createInterface(server.stdout).once('line', resolve)
  })
  return [server, JSON.parse(line)]
}

async function main({ NDXP_CERT_CONTEXT, NDXP_EMULATOR_URL, NDXP_CONSUMER_KEY, NDXP_CONSUMER_SECRET }) {
  if (NDXP_CERT_CONTEXT) return certified(JSON.parse(readFileSync(NDXP_CERT_CONTEXT, 'utf8')))
  const [server, ready] = NDXP_EMULATOR_URL ? [] : await started()
  const given = NDXP_CONSUMER_KEY && { consumer_key: NDXP_CONSUMER_KEY, consumer_secret: NDXP_CONSUMER_SECRET }
  try {
    await sample(ready?.base_url ?? NDXP_EMULATOR_URL, given ?? ready?.credentials.production, process.argv[2] === 'sai')
  } finally {
    server?.kill()
  }
}

try {
  await main(process.env)
} catch (trouble) {
  const isRefused = trouble instanceof Refused
  console.error(`${isRefused ? 'bị từ chối / refused' : 'không gọi được / cannot reach'}: ${trouble.message}`)
  process.exitCode = isRefused ? 1 : 2
}

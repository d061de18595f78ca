import type { IncomingMessage, RequestListener } from 'node:http'
import { documentHeaders, documentOf, type Html } from '../html.ts'
import { GatewayProblem, type GatewayClient } from './gatewayClient.ts'
import { loginPage, problemPage, profilePage } from './pages.ts'
import { createSessions } from './sessions.ts'

/** The largest form, in bytes. */
const bodyLimit = 16_384

interface LoginBackendParts {
  gateway: GatewayClient
  /** As browsers know it, such as `https://app.example.com`: forms are taken from there alone. */
  origin: string
  stylesheet: string
  /** Takes what somebody has to mend. Nothing that a user has typed is in it. */
  report: (problem: string) => void
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An application with a login form, which leaves users and their passwords to the gateway. */
export function createLoginBackend(parts: LoginBackendParts): RequestListener {
  const { gateway, origin, stylesheet, report } = parts
  const sessions = createSessions(origin)

  return (request, response) => {
    void answerTo(request)
      .catch(answerToProblem)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
  }

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const path = request.url?.split('?')[0] ?? ''
    switch (`${request.method ?? ''} ${path}`) {
      case 'GET /':
        return home(request)
      case 'POST /login':
        return isOurs(request) ? logIn(request) : foreignForm
      case 'POST /logout':
        return isOurs(request) ? redirect(sessions.end(request.headers.cookie)) : foreignForm
      case 'GET /style.css':
        return { status: 200, headers: { 'content-type': 'text/css' }, body: stylesheet }
      default:
        return problem(404, 'Not found', 'There is no such page.')
    }
  }

  /** The profile as it is now: one that has been disabled since ends the session. */
  async function home({ headers: { cookie } }: IncomingMessage): Promise<Answer> {
    const uid = sessions.find(cookie)
    if (uid === null) return page(200, 'Log in', loginPage())
    const profile = await gateway.profile(uid)
    if (profile?.enabled) return page(200, 'Your profile', profilePage(profile))
    const disabled = 'Your profile has been disabled. Please ask whoever manages it.'
    return problem(403, 'Logged out', disabled, sessions.end(cookie))
  }

  async function logIn(request: IncomingMessage): Promise<Answer> {
    const form = await formOf(request)
    if (!form) return problem(413, 'Too long', 'That is too long to be a login.')
    const [username, password] = [form.get('username') ?? '', form.get('password') ?? '']
    const profile = await gateway.logIn({ username, password })
    if (profile) return redirect(sessions.begin(request.headers.cookie, profile.uid))
    const wrong = 'Username or password is wrong, or the account is disabled.'
    return page(403, 'Log in', loginPage({ problem: wrong, username }))
  }

  /** Browsers say with every form where it comes from: nobody is logged in or out from another page. */
  function isOurs({ headers }: IncomingMessage): boolean {
    return headers.origin === origin
  }

  function answerToProblem(error: unknown): Answer {
    report(String(error))
    return error instanceof GatewayProblem && error.passes
      ? problem(503, 'Not now', 'Logins cannot be checked at the moment. Please try again in a minute.')
      : problem(500, 'Out of order', 'Logins do not work here at present. We have to mend that.')
  }
}

const foreignForm = problem(403, 'Not from here', 'This form was not sent from this page.')

function page(status: number, title: string, body: Html, cookie?: string): Answer {
  const headers = { ...documentHeaders(), ...(cookie !== undefined && { 'set-cookie': cookie }) }
  return { status, headers, body: documentOf(title, body) }
}

function problem(status: number, title: string, text: string, cookie?: string): Answer {
  return page(status, title, problemPage(title, text), cookie)
}

function redirect(cookie: string): Answer {
  return {
    status: 303,
    headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' },
    body: '',
  }
}

/** The fields of a form, or null if it is too large. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= bodyLimit) chunks.push(chunk)
  }
  return size <= bodyLimit ? new URLSearchParams(Buffer.concat(chunks).toString()) : null
}

import { hash } from 'node:crypto'

/**
 * Builds GraphiQL as one page that loads nothing else and keeps nothing that is typed into it. Takes a fifth of a
 * second and some 50 MB, so build it when it is first asked for and keep it: it never changes.
 */
export async function graphiqlPage(): Promise<GraphiqlPage> {
  const { css, js, editorWorkerService, graphqlWorker, jsonWorker } =
    await import('@graphql-yoga/render-graphiql/graphiql')
  const workers = { editorWorkerService, graphql: graphqlWorker, json: jsonWorker }
  const scripts = [workersScript(workers), js, startScript]
  return {
    html: Buffer.from(document(css, scripts)),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy(scripts),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      vary: 'accept',
    },
  }
}

/** What a browser gets at GET /graphql: a page, and the headers without which it must not be sent. */
export type GraphiqlPage = { html: Buffer; headers: Record<string, string> }

const exampleQuery = `# 1. Headers, below: the application that calls.
# 2. Variables, below: its user's credentials.
# 3. Run: Ctrl-Enter.
mutation ActivateProfile($grant: GrantInput!) {
  activateProfile(grant: $grant) {
    ... on Profile {
      uid
      enabled
      lastSynchronized
      user {
        username
        roles
        realmName
        email
        fullName
      }
      labels
      doc {
        primaryTerm
        seqNo
      }
    }
    ... on Error {
      message
    }
    ... on GrantRejected {
      reason
      principal
    }
  }
}`

const exampleVariables = `{
  "grant": {
    "password": {
      "username": "jacknich",
      "password": ""
    }
  }
}`

// GraphiQL reads JSON with comments here, so the hint can stand where the value goes.
const exampleHeaders = `{
  // Basic and the base64 of name:password, made by
  //   printf %s 'name:password' | base64
  // or ApiKey and its encoded form
  // or Bearer and a token
  "Authorization": "Basic "
}`

const authorizationMissing = {
  errors: [{ message: 'Complete the Authorization header in the Headers pane: until then nothing is sent.' }],
}

/**
 * Starts GraphiQL. Introspection needs the caller's credentials, so the schema is fetched again once the headers
 * were changed, but never while somebody is still typing them: half a credential counts as a failed attempt.
 */
const startScript = `
const exampleHeaders = ${inScript(exampleHeaders)}
let currentHeaders = exampleHeaders
let introspectedHeaders = exampleHeaders

const introspectAgain = () => {
  if (currentHeaders === introspectedHeaders || currentHeaders === exampleHeaders) return
  introspectedHeaders = currentHeaders
  // GraphiQL's own shortcut: it has no other handle for those outside.
  dispatchEvent(new KeyboardEvent('keydown', { key: 'R', ctrlKey: true, shiftKey: true }))
}
const introspectOnceTyped = () => {
  const typing = document.activeElement?.closest('[data-uri$="request-headers.json"]')
  if (!typing) introspectAgain()
}
document.addEventListener('focusout', () => setTimeout(introspectOnceTyped))

async function send({ query, variables, operationName }, typedHeaders) {
  const headers = new Headers(typedHeaders)
  if (headers.get('authorization') === 'Basic') return ${inScript(authorizationMissing)}
  headers.set('content-type', 'application/json')
  headers.set('accept', 'application/json')
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables, operationName }),
    // Only the Headers pane says who is calling, nothing that the browser remembers.
    credentials: 'omit',
  })
  const body = await response.text()
  try {
    return JSON.parse(body)
  } catch {
    return { errors: [{ message: 'HTTP ' + response.status + ', not JSON', extensions: { body } }] }
  }
}

async function fetcher(operation, { headers }) {
  const result = await send(operation, headers)
  // Without data, GraphiQL would repeat a refused introspection at once in another form.
  if (operation.operationName === 'IntrospectionQuery') return { data: null, ...result }
  if (result.data) introspectAgain()
  return result
}

YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  title: 'profile-gateway',
  logo: '',
  fetcher,
  storage: null,
  shouldPersistHeaders: false,
  plugins: [],
  initialQuery: ${inScript(exampleQuery)},
  initialVariables: ${inScript(exampleVariables)},
  initialHeaders: exampleHeaders,
  defaultHeaders: exampleHeaders,
  defaultQuery: '',
  defaultEditorToolsVisibility: 'variables',
  // In place of Yoga's own, which writes the query into the address.
  onEditQuery: () => {},
  onEditHeaders: (headers) => {
    currentHeaders = headers
    introspectOnceTyped()
  },
})
`

function workersScript(workers: Record<string, string>): string {
  return `
const workers = ${inScript(workers)}
for (const [label, source] of Object.entries(workers))
  workers[label] = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (moduleId, label) => workers[label] }
`
}

function document(css: string, scripts: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>profile-gateway</title>
<link rel="icon" href="data:,">
<style>${css}</style>
</head>
<body id="body" class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<div id="root"></div>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`
}

function contentSecurityPolicy(scripts: string[]): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`)
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    'worker-src blob:',
    // The editor makes its style elements and attributes as it goes.
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

// Signs somebody in at an OpenID provider, by the authorization code flow with PKCE, and shows the profile that the
// gateway makes for that user. There is no secret in here, and the token is only ever in memory: another page, or this
// one loaded again, has none.

/** What went wrong, in words for whoever sits in front of it. */
class Problem extends Error {}

const redirectUri = `${location.origin}/`
/** What is shown of a profile. */
const fields = 'uid enabled lastSynchronized user { username fullName email roles realmName }'

/** Where the provider and the gateway are, and what this page is called there. */
let config = null
/** Of whoever has signed in. */
let accessToken = null

on('sign-in', signIn)
on('refresh', refresh)
on('sign-out', signOut)
await run('Signing in …', async () => {
  config = await json(await reach('config.json'), 'This page is not set up.')
  accessToken = await finishSignIn()
  if (accessToken !== null) await activate()
})

// ── The provider ────────────────────────────────────────────────────────────────────────────────────────────────────

async function signIn() {
  const { authorization_endpoint: endpoint } = await provider()
  const pending = { state: random(), nonce: random(), verifier: random() }
  // The way to the provider leaves this page, and its memory with it. None of this is worth anything without the code.
  sessionStorage.setItem('pending', JSON.stringify(pending))
  leaveFor(endpoint, {
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: redirectUri,
    scope: config.scope,
    resource: config.resource,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: base64url(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier)),
    ),
    code_challenge_method: 'S256',
  })
}

/** Makes a token of what the provider has sent the browser back with; null if it has not. */
async function finishSignIn() {
  const answer = new URLSearchParams(location.search)
  const pending = JSON.parse(sessionStorage.getItem('pending'))
  sessionStorage.removeItem('pending')
  // The code is nothing that should be kept, shared or read over a shoulder.
  history.replaceState(null, '', location.pathname)
  if (!answer.has('code') && !answer.has('error')) return null
  // Providers need not say who they are; one that does has to be the right one. Source: RFC 9207.
  const isOurs =
    pending !== null &&
    answer.get('state') === pending.state &&
    (answer.get('iss') ?? config.issuer) === config.issuer
  if (!isOurs) throw new Problem('This sign-in was not started here, or is over. Please sign in again.')
  if (answer.has('error')) throw new Problem('You were not signed in. Please try again.')
  const { token_endpoint: endpoint } = await provider()
  const form = {
    grant_type: 'authorization_code',
    client_id: config.clientId,
    redirect_uri: redirectUri,
    resource: config.resource,
    code: answer.get('code'),
    code_verifier: pending.verifier,
  }
  const response = await reach(endpoint, { method: 'POST', body: new URLSearchParams(form) })
  const tokens = await json(response, 'You were not signed in. Please try again.')
  requireFor(pending, tokens.id_token)
  return tokens.access_token
}

/** The ID token comes from the provider itself, so its signature says no more. Source: OpenID Connect Core, 3.1.3.7. */
function requireFor({ nonce }, idToken) {
  const bytes = Uint8Array.from(
    atob(idToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')),
    (one) => one.charCodeAt(0),
  )
  const claims = JSON.parse(new TextDecoder().decode(bytes))
  const isSound =
    claims.iss === config.issuer &&
    [claims.aud].flat().includes(config.clientId) &&
    claims.exp * 1000 > Date.now() &&
    claims.nonce === nonce
  if (!isSound) throw new Problem('The answer of the provider is for somebody else. Please sign in again.')
}

async function signOut() {
  const { end_session_endpoint: endpoint } = await provider()
  accessToken = null
  // The ID token would say it too, but an address is kept by the browser.
  leaveFor(endpoint, { client_id: config.clientId, post_logout_redirect_uri: redirectUri })
}

async function provider() {
  const found = await json(
    await reach(`${config.issuer}/.well-known/openid-configuration`),
    'The identity provider does not answer. Please try again later.',
  )
  if (found.issuer !== config.issuer) throw new Problem('The identity provider is not set up.')
  return found
}

// ── The gateway ─────────────────────────────────────────────────────────────────────────────────────────────────────

async function activate() {
  const { activateMyProfile: result } = await ask(`mutation {
    activateMyProfile {
      __typename
      ... on Profile { ${fields} }
      ... on TooManyAttempts { retryAfterSeconds }
    }
  }`)
  if (result.__typename === 'Profile') return show(result)
  if (result.__typename === 'ProfileDisabled')
    throw new Problem('Your profile is disabled. Please ask whoever manages it.')
  throw new Problem(`That was too often. Please try again in ${result.retryAfterSeconds} seconds.`)
}

async function refresh() {
  const { viewer } = await ask(`{ viewer { profile { ${fields} } } }`)
  if (viewer.profile === null) throw new Problem('There is no profile any more. Please sign in again.')
  show(viewer.profile)
}

async function ask(query) {
  const response = await reach(`${config.gateway}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query }),
  })
  if (response.status === 401) {
    accessToken = null
    throw new Problem('You have been signed out, because some time has passed. Please sign in again.')
  }
  if (response.status === 403)
    throw new Problem('You may not have a profile here. Please ask whoever manages it.')
  const { data, errors } = await json(response, 'The gateway does not answer. Please try again later.')
  if (errors) throw new Problem('The gateway has a problem with that. Please ask whoever manages it.')
  return data
}

// ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────

function show({ uid, enabled, lastSynchronized, user }) {
  const texts = {
    uid,
    username: user.username,
    email: user.email ?? '–',
    roles: user.roles.join(', ') || 'none',
    realmName: user.realmName,
    lastSynchronized: new Date(lastSynchronized).toLocaleString(),
  }
  for (const [name, text] of Object.entries(texts))
    document.querySelector(`[data-of=${name}]`).textContent = text
  element('title').textContent = user.fullName ?? user.username
  element('profile').hidden = false
  if (!enabled) throw new Problem('Your profile is disabled. Please ask whoever manages it.')
}

/** Does one thing at a time, says that it does, and says what went wrong. */
async function run(what, act) {
  const buttons = document.querySelectorAll('button')
  for (const button of buttons) button.disabled = true
  element('status').textContent = what
  element('problem').hidden = true
  try {
    await act()
  } catch (error) {
    // What is no Problem is a mistake in this page: it shall be seen.
    if (!(error instanceof Problem)) console.error(error)
    element('problem').textContent = error instanceof Problem ? error.message : 'Something went wrong.'
    element('problem').hidden = false
  } finally {
    element('status').textContent = ''
    if (accessToken === null) {
      element('profile').hidden = true
      element('title').textContent = 'Your profile'
    }
    element('signed-in').hidden = accessToken === null
    element('signed-out').hidden = accessToken !== null || config === null
    for (const button of buttons) button.disabled = false
    element('title').focus()
  }
}

function on(id, act) {
  element(id).addEventListener('click', () => run('One moment …', act))
}

function element(id) {
  return document.getElementById(id)
}

// ── Fetching and encoding ───────────────────────────────────────────────────────────────────────────────────────────

async function reach(url, init) {
  try {
    return await fetch(url, { ...init, credentials: 'omit', signal: AbortSignal.timeout(10_000) })
  } catch {
    throw new Problem(`${new URL(url, location.href).host} cannot be reached. Please try again later.`)
  }
}

async function json(response, otherwise) {
  try {
    if (response.ok) return await response.json()
  } catch {
    // It is no JSON, or has broken off.
  }
  throw new Problem(otherwise)
}

function leaveFor(endpoint, parameters) {
  const url = new URL(endpoint)
  url.search = new URLSearchParams(parameters).toString()
  location.assign(url)
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64url(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

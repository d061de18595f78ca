import { html, type Html } from '../html.ts'
import type { Profile } from './gatewayClient.ts'

/** The form, with what was wrong the last time. A username comes back as it was typed, a password never does. */
export function loginPage({ problem = '', username = '' } = {}): Html {
  return html`<h1>Log in</h1>
    ${alert(problem)}
    <form method="post" action="/login">
      <label for="username">Username</label>
      <input
        id="username"
        name="username"
        value="${username}"
        required
        maxlength="1024"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        maxlength="1024"
        autocomplete="current-password"
      />
      <button>Log in</button>
    </form>`
}

/** What the application knows of whoever has logged in. */
export function profilePage({ uid, user }: Profile): Html {
  return html`<h1>${user.fullName ?? user.username}</h1>
    <dl>
      <dt>Username</dt>
      <dd>${user.username}</dd>
      <dt>Email</dt>
      <dd>${user.email ?? '–'}</dd>
      <dt>Roles</dt>
      <dd>${user.roles.join(', ') || 'none'}</dd>
      <dt>Realm</dt>
      <dd>${user.realmName}</dd>
      <dt>Profile</dt>
      <dd><code>${uid}</code></dd>
    </dl>
    <form method="post" action="/logout"><button class="quiet">Log out</button></form>`
}

/** That something did not work, and the way back. */
export function problemPage(title: string, problem: string): Html {
  return html`<h1>${title}</h1>
    ${alert(problem)}
    <p><a class="button" href="/">Back</a></p>`
}

function alert(text: string): Html {
  return text === '' ? html`` : html`<p role="alert">${text}</p>`
}

/** Text that is markup already. */
export interface Html {
  readonly markup: string
}

/** Markup in which everything that is put into it is text, except other markup. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const written = values.map((value) => (typeof value === 'string' ? escaped(value) : value.markup))
  return { markup: String.raw({ raw: parts }, ...written) }
}

/** A whole page, with the stylesheet that stands beside it. */
export function documentOf(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.markup
}

/** The headers without which such a page must not be sent. Its forms lead nowhere but to these origins. */
export function documentHeaders(formTargets: readonly string[] = []): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      'img-src data:',
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    // Not `no-referrer`: with that, a browser would not say which page has sent a form.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

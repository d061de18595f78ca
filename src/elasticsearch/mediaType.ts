import { WireError } from './wireError.ts'

/** The versions of the wire that we speak: the current major version of Elasticsearch, and the one before. */
const current = '9'
const versions = [current, '8']

/** Whether a body of this media type is read. Source: spec 1.5. */
export function isJson(contentType: string): boolean {
  return /^application\/(json|vnd\.elasticsearch\+json)\s*(;|$)/i.test(contentType)
}

/** The media type of the answer: the versioned one, if that was asked for. Source: spec 1.5. */
export function answerTypeFor(accept: string | undefined, format: 'json' | 'yaml'): string {
  const version = versionOf(accept)
  return version === undefined || !versions.includes(version)
    ? `application/${format}`
    : `application/vnd.elasticsearch+${format};compatible-with=${version}`
}

/** Refuses versions that we do not speak, and headers that ask for two. Source: spec 1.5. */
export function requireVersions(
  accept: string | undefined,
  contentType: string | undefined,
  hasBody: boolean,
): void {
  const [asked, sent] = [versionOf(accept), versionOf(contentType)]
  const range = `must be either version ${versions.join(' or ')}, but found`
  const both =
    'A compatible version is required on both Content-Type and Accept headers if either one has requested'
  const headers = `Accept=${accept ?? 'null'}, Content-Type=${contentType ?? 'null'}`
  if (asked !== undefined && !versions.includes(asked)) {
    throw invalidMediaType(`Accept version ${range} ${asked}. Accept=${accept ?? ''}`)
  }
  if (!hasBody) return
  if (sent !== undefined && !versions.includes(sent)) {
    throw invalidMediaType(`Content-Type version ${range} ${sent}. Content-Type=${contentType ?? ''}`)
  }
  if ((asked ?? current) !== (sent ?? current)) {
    throw invalidMediaType(`${both} a compatible version and the compatible versions must match. ${headers}`)
  }
  if ((asked === undefined) !== (sent === undefined)) {
    throw invalidMediaType(`${both} a compatible version. ${headers}`)
  }
}

/** The first of the media types that has one; it may stand behind other parameters. */
function versionOf(header: string | undefined): string | undefined {
  for (const mediaType of header?.split(',') ?? []) {
    const [type = '', ...parameters] = mediaType.split(';')
    if (!/^\s*application\/vnd\.elasticsearch\+[\w-]+\s*$/i.test(type)) continue
    for (const parameter of parameters) {
      const [, version] = /^\s*compatible-with=(\d+)/i.exec(parameter) ?? []
      if (version !== undefined) return version
    }
  }
  return undefined
}

function invalidMediaType(reason: string): WireError {
  return new WireError(
    'media_type_header_exception',
    'Invalid media-type value on headers [Accept, Content-Type]',
    {
      causedBy: { type: 'status_exception', reason },
    },
  )
}

/** Whether a body of this media type is read. Source: spec 1.5. */
export function isJson(contentType: string): boolean {
  return /^application\/(json|vnd\.elasticsearch\+json)\s*(;|$)/i.test(contentType)
}

/** The media type of the answer: the versioned one, if that was asked for. Source: spec 1.5. */
export function answerTypeFor(accept: string | undefined): string {
  const [, version] =
    /application\/vnd\.elasticsearch\+json\s*;\s*compatible-with=(\d+)/i.exec(accept ?? '') ?? []
  return version === undefined
    ? 'application/json'
    : `application/vnd.elasticsearch+json;compatible-with=${version}`
}

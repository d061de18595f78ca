import type { MappedRoles } from '../authorization/mappings/mappedRoles.ts'
import type { MappedFrom, Subject } from './subject.ts'

/**
 * Makes the function that gives a subject the roles which are mapped of what its realm says, as of a security epoch that
 * was just read; a subject of whom the realm itself says the roles stays as it is.
 */
export function createMappedSubject(mappedRoles: MappedRoles) {
  return async function mappedSubject(
    subject: Subject,
    mappedFrom: MappedFrom | null,
    securityEpoch: number,
  ): Promise<Subject> {
    if (!mappedFrom) return subject
    return { ...subject, roles: await mappedRoles({ ...subject, ...mappedFrom }, securityEpoch) }
  }
}

export type MappedSubject = ReturnType<typeof createMappedSubject>

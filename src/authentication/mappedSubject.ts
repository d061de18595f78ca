import type { MappedRoles } from '../authorization/mappings/mappedRoles.ts'
import type { MappedFrom, Subject } from './subject.ts'

/**
 * Makes the function that gives a subject its mapped roles, by the role mappings as of a security epoch that was just read.
 * A subject whose realm itself says the roles stays as it is.
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

/** Stands in every secret that is sent, and in nothing else: no answer and no log may have it. */
export const canary = 'Kanarienvogel7'

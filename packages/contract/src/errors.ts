/**
 * The error catalogue. Codes are stable and never reused; `docs/errors.md` is compared with it by a test. Every error says
 * what happened, why, and what to do next; `exit` is the CLI's exit code, `status` the HTTP one.
 *
 * Expected endings are data (see `Outcome`, `Gap`); a `FirebreakError` is for input or circumstances that stop a command.
 */
export interface CatalogueEntry {
  readonly what: string;
  readonly next: string;
  readonly exit: 1 | 2 | 3;
  readonly status: number;
}

export const catalogue = {
  'FB-USAGE': {
    what: 'The command or request is not of the right form.',
    next: 'See `firebreak <command> --help`, or the route in openapi.json.',
    exit: 2,
    status: 400,
  },
  'FB-INTERNAL': {
    what: 'Firebreak itself failed.',
    next: 'Report it with the log line; nothing was left half-done that the journal does not know.',
    exit: 1,
    status: 500,
  },
  'FB-NOT-FOUND': {
    what: 'There is no such thing.',
    next: 'List what there is (`firebreak status`, `firebreak nodes`).',
    exit: 2,
    status: 404,
  },
  'FB-HISTORY-NONE': {
    what: 'The estate was not recorded at that time.',
    next: 'Record it with `firebreak collect --record` or keep `firebreak serve` running; ask for a later time.',
    exit: 2,
    status: 404,
  },
  'FB-HISTORY-ORDER': {
    what: 'A later state of the estate is recorded already.',
    next: 'Check the clocks of the machines that record.',
    exit: 1,
    status: 409,
  },
  'FB-CANCELLED': {
    what: 'The work was stopped by a signal or a deadline.',
    next: 'Run it again; what was recorded is kept.',
    exit: 1,
    status: 503,
  },
  'FB-NODE-UNKNOWN': {
    what: 'No node has this id or name.',
    next: 'Take an id from `firebreak nodes --jsonl`.',
    exit: 2,
    status: 404,
  },
  'FB-NODE-AMBIGUOUS': {
    what: 'Several nodes have this name.',
    next: 'Use one of the ids listed.',
    exit: 2,
    status: 400,
  },
  'FB-SELECTOR-INVALID': {
    what: 'The selector cannot be read.',
    next: 'Use terms such as `default`, `class=model`, `kind=Secret`, `namespace=prod`, `label:tier=gold`, `id=…`, joined by commas (and) or repeated (or).',
    exit: 2,
    status: 400,
  },
  'FB-QUERY-INVALID': {
    what: 'The query cannot be read.',
    next: 'Mend it at the position named; docs/query.md has the grammar, for example `class = identity and idle > 90d and reaches(jewel)`.',
    exit: 2,
    status: 400,
  },
  'FB-QUERY-COSTLY': {
    what: 'The query asks for more than can be answered exactly in bounds.',
    next: 'Narrow it: name classes or namespaces beside the relation, or fewer steps.',
    exit: 2,
    status: 400,
  },
  'FB-TOGGLE-UNKNOWN': {
    what: 'There is nothing of this kind to take away.',
    next: 'Take an edge as `firebreak edges` prints it, the id of a fact or a node, or the key of a lever from a plan.',
    exit: 2,
    status: 400,
  },
  'FB-ANSWER-BOUNDED': {
    what: 'The answer would be larger than we make it; a part of it is left out.',
    next: 'Ask about less: one endpoint, one model, a narrower query.',
    exit: 3,
    status: 400,
  },
  'FB-REVIEW-EMPTY': {
    what: 'There is nothing to review.',
    next: 'Ask for other identities (`--query`), or check that the source holds grants.',
    exit: 2,
    status: 400,
  },
  'FB-REVIEW-DECIDED': {
    what: 'The item is decided already; a decision stands.',
    next: 'Open another campaign to look at it again.',
    exit: 1,
    status: 409,
  },
  'FB-AUDIT-UNREADABLE': {
    what: 'The record of use cannot be read.',
    next: 'Give the log of the API server in the form audit.k8s.io/v1, one JSON event a line.',
    exit: 2,
    status: 400,
  },
  'FB-DATA-SAMPLED': {
    what: 'Of a very large dataset only a sample was judged.',
    next: 'Judge parts of it one by one to have every row looked at.',
    exit: 3,
    status: 400,
  },
  'FB-DATA-ROW': {
    what: 'A row of a dataset could not be read.',
    next: 'Mend the row at the place named, or take it out.',
    exit: 3,
    status: 400,
  },
  'FB-GATE-POLICY': {
    what: 'The policy of the data gate cannot be used.',
    next: 'Mend it at the place named; docs/data-gate.md says what it may hold.',
    exit: 2,
    status: 400,
  },
  'FB-EVENT-UNREADABLE': {
    what: 'An event of a log could not be read, and does not count.',
    next: 'Look at the place named. Logs are read as docs/events.md says.',
    exit: 3,
    status: 422,
  },
  'FB-HUNT-BOUND': {
    what: 'A hunt came to a bound, or a part of what it asks for is not kept any more.',
    next: 'Name an actor or a target, or a shorter time; go on with the next page.',
    exit: 3,
    status: 422,
  },
  'FB-COLD-UNREADABLE': {
    what: 'A file of cold events is not there, or is not as it was written.',
    next: 'Bring the file back from a backup, by the name and digest that the ledger has.',
    exit: 3,
    status: 422,
  },
  'FB-INTAKE-FULL': {
    what: 'More events wait than there is room for; nothing of this request was taken.',
    next: 'Send it again after the seconds that Retry-After names; what is sent twice counts once.',
    exit: 1,
    status: 503,
  },
  'FB-CASE-REFUSED': {
    what: 'Incidents cannot be put together or apart like that.',
    next: 'See how it stands (`firebreak queue <incident>`), and docs/investigation.md.',
    exit: 2,
    status: 409,
  },
  'FB-LOG-MISSING': {
    what: 'No log tells of a part of the estate.',
    next: 'Give its log as well; see docs/events.md.',
    exit: 3,
    status: 422,
  },
  'FB-SOURCE-UNREADABLE': {
    what: 'The source cannot be opened.',
    next: 'Check the path and its permissions.',
    exit: 2,
    status: 400,
  },
  'FB-SOURCE-EMPTY': {
    what: 'The source holds no Kubernetes object.',
    next: 'Check that the path is the right one.',
    exit: 2,
    status: 400,
  },
  'FB-FILE-TOO-LARGE': {
    what: 'A file or document is larger than we read.',
    next: 'Split it. An API server stores nothing as large.',
    exit: 3,
    status: 400,
  },
  'FB-FILE-SKIPPED': {
    what: 'A file or document was left out because it is no Kubernetes object.',
    next: 'Nothing, if that is right; else render it (helm template, kustomize build) and read the result.',
    exit: 3,
    status: 400,
  },
  'FB-YAML-INVALID': {
    what: 'A YAML or JSON document cannot be parsed.',
    next: 'Mend or remove the document; the rest was read.',
    exit: 3,
    status: 400,
  },
  'FB-YAML-BOMB': {
    what: 'A YAML document expands far beyond its size or nests too deeply.',
    next: 'Treat the file as hostile.',
    exit: 3,
    status: 400,
  },
  'FB-DATABASE-UNREACHABLE': {
    what: 'A database that should be read cannot be reached or broke off.',
    next: 'Check the address and the network, and run it again.',
    exit: 3,
    status: 502,
  },
  'FB-DATABASE-REFUSED': {
    what: 'A database does not let us in, or not see this.',
    next: 'Grant what `firebreak permissions <connector>` prints.',
    exit: 3,
    status: 403,
  },
  'FB-OBJECT-INVALID': {
    what: 'A document is not of the shape that it claims.',
    next: 'It was left out, or a part of it; look at it by hand. The rest was read.',
    exit: 3,
    status: 400,
  },
  'FB-OBJECT-IGNORED': {
    what: 'A document or a part of it is of a form that we do not read.',
    next: 'Nothing, if that is right; the page of the connector lists the forms that it reads.',
    exit: 3,
    status: 400,
  },
  'FB-K8S-OBJECT-INVALID': {
    what: 'An object is not of the shape that its kind demands.',
    next: 'The object was left out; look at it by hand.',
    exit: 3,
    status: 400,
  },
  'FB-DUPLICATE': {
    what: 'Two sources or documents describe the same thing.',
    next: 'The last one counts; see which is right.',
    exit: 3,
    status: 400,
  },
  'FB-K8S-AGGREGATION-CYCLE': {
    what: 'Aggregated ClusterRoles select each other in a circle.',
    next: 'Rules were collected once per role; mend the labels.',
    exit: 3,
    status: 400,
  },
  'FB-K8S-KUBECONFIG-INVALID': {
    what: 'The kubeconfig cannot be used.',
    next: 'Try `kubectl --kubeconfig FILE version`.',
    exit: 2,
    status: 400,
  },
  'FB-K8S-FORBIDDEN': {
    what: 'The API server does not let us read or do this.',
    next: 'Grant what `firebreak permissions kubernetes` prints.',
    exit: 3,
    status: 403,
  },
  'FB-K8S-UNAUTHORIZED': {
    what: 'The API server does not accept our credential.',
    next: 'Renew the credential in the kubeconfig.',
    exit: 2,
    status: 401,
  },
  'FB-K8S-UNREACHABLE': {
    what: 'The API server cannot be reached or broke off.',
    next: 'Check the network and run it again.',
    exit: 3,
    status: 502,
  },
  'FB-K8S-TIMEOUT': {
    what: 'The API server did not answer in time.',
    next: 'Run it again; if it repeats, look at the load of the API server.',
    exit: 3,
    status: 504,
  },
  'FB-K8S-THROTTLED': {
    what: 'The API server kept answering 429.',
    next: 'Wait and run it again.',
    exit: 3,
    status: 503,
  },
  'FB-K8S-SERVER-ERROR': {
    what: 'The API server answered with an error of its own.',
    next: 'Look at its log; run it again.',
    exit: 3,
    status: 502,
  },
  'FB-K8S-RESPONSE-INVALID': {
    what: 'The API server answered something that is not the API.',
    next: 'Check that the address is an API server.',
    exit: 3,
    status: 502,
  },
  'FB-K8S-CONFLICT': {
    what: 'The object changed since we read it.',
    next: 'The step reads again; if it repeats, somebody or something else writes this object.',
    exit: 1,
    status: 409,
  },
  'FB-K8S-GONE': {
    what: 'The object is no longer there.',
    next: 'Collect again and make a new plan.',
    exit: 1,
    status: 410,
  },
  'FB-LIMIT-REACHED': {
    what: 'There is more than we read.',
    next: 'Narrow the source, so that what matters is within the limit.',
    exit: 3,
    status: 400,
  },
  'FB-ACCESS-UNTOLD': {
    what: 'The system does not tell who may do this.',
    next: 'Look at its access rules by hand, and add what they say to a catalogue.',
    exit: 3,
    status: 400,
  },
  'FB-CI-FILE-INVALID': {
    what: 'A pipeline file is not of the form that its system runs.',
    next: 'Mend the file if it is to run; as it is, its system refuses it.',
    exit: 3,
    status: 400,
  },
  'FB-CI-INCLUDE-UNREAD': {
    what: 'A pipeline is partly written elsewhere, and that part was not read.',
    next: 'Name the repository or the file that holds it with another --from.',
    exit: 3,
    status: 400,
  },
  'FB-GIT-REMOTE-UNKNOWN': {
    what: 'A folder does not say which repository it is.',
    next: 'Give a checkout whose remote names a host, or read the repository by its API.',
    exit: 3,
    status: 400,
  },
  'FB-HTTP-UNREACHABLE': {
    what: 'The server cannot be reached or broke off.',
    next: 'Check the address and the network, and run it again.',
    exit: 3,
    status: 502,
  },
  'FB-HTTP-TIMEOUT': {
    what: 'The server did not answer in time.',
    next: 'Run it again; if it repeats, look at the load of the server.',
    exit: 3,
    status: 504,
  },
  'FB-HTTP-THROTTLED': {
    what: 'The server kept asking to wait.',
    next: 'Wait and run it again, or raise the rate that it allows us.',
    exit: 3,
    status: 503,
  },
  'FB-HTTP-UNAUTHORIZED': {
    what: 'The server does not accept our credential.',
    next: 'Renew the credential; the page of the connector says where it is taken from.',
    exit: 3,
    status: 401,
  },
  'FB-HTTP-FORBIDDEN': {
    what: 'The server does not let us read this.',
    next: 'Grant what `firebreak permissions <connector>` prints.',
    exit: 3,
    status: 403,
  },
  'FB-HTTP-NOT-FOUND': {
    what: 'The server does not have what was asked for.',
    next: 'Check the address; a server of another version may not offer it.',
    exit: 3,
    status: 404,
  },
  'FB-HTTP-REFUSED': {
    what: 'The server refused the request.',
    next: 'Check that the address is one of the system that the connector reads, and its version.',
    exit: 3,
    status: 502,
  },
  'FB-HTTP-SERVER-ERROR': {
    what: 'The server answered with an error of its own.',
    next: 'Look at its log; run it again.',
    exit: 3,
    status: 502,
  },
  'FB-HTTP-RESPONSE-INVALID': {
    what: 'The server answered something that is not its API.',
    next: 'Check that the address is the right one.',
    exit: 3,
    status: 502,
  },
  'FB-HTTP-TOO-LARGE': {
    what: 'An answer is larger than we read.',
    next: 'Look at the object by hand; nothing of its kind should be as large.',
    exit: 3,
    status: 502,
  },
  'FB-HTTP-ENDLESS': {
    what: 'A listing does not end.',
    next: 'What came so far was read; look at the server.',
    exit: 3,
    status: 502,
  },
  'FB-AWS-UNREAD': {
    what: 'A part of the account was not read.',
    next: 'Give the answers that tell it as further files, or read the account by its API.',
    exit: 3,
    status: 400,
  },
  'FB-AWS-INVALID': {
    what: 'An entry is not of the shape that AWS documents for it.',
    next: 'The entry was left out; look at it by hand.',
    exit: 3,
    status: 400,
  },
  'FB-AWS-FORBIDDEN': {
    what: 'AWS does not let our credential do this.',
    next: 'Attach what `firebreak permissions aws <action>` prints to the identity that Firebreak uses.',
    exit: 1,
    status: 403,
  },
  'FB-AWS-CONFLICT': {
    what: 'The resource was changed since it was read, or is being changed.',
    next: 'The step reads again by itself; if it repeats, collect again and make a new plan.',
    exit: 1,
    status: 409,
  },
  'FB-AWS-GONE': {
    what: 'The resource is no longer there.',
    next: 'Collect again and make a new plan.',
    exit: 1,
    status: 410,
  },
  'FB-AWS-OTHER-ACCOUNT': {
    what: 'The open AWS source is not the account that the step names.',
    next: 'Open the account that the step names with --from aws:profile=….',
    exit: 1,
    status: 400,
  },
  'FB-SOURCE-OTHER': {
    what: 'The open source is not the one that the step names.',
    next: 'Open the one that the step names with --from.',
    exit: 1,
    status: 400,
  },
  'FB-SOURCE-READ-ONLY': {
    what: 'The source can be read, and nothing can be changed in it.',
    next: 'Open the live system instead of its files.',
    exit: 1,
    status: 400,
  },
  'FB-LEVER-INVALID': {
    what: 'A declared lever is not of the form that levers have.',
    next: 'Mend the place that is named; docs/declared-levers.md says how levers are declared.',
    exit: 3,
    status: 400,
  },
  'FB-LEVER-CHANGED': {
    what: 'The declaration of the lever is not the one that the plan was made with.',
    next: 'Bring back the file that was reviewed, or make a new plan.',
    exit: 1,
    status: 400,
  },
  'FB-LEVER-BY-DECLARATION': {
    what: 'A way is counted as cut because a declared lever says so, and no collector sees it.',
    next: 'Try it by hand, or read the system behind it with a connector.',
    exit: 3,
    status: 400,
  },
  'FB-SIGNAL-REFUSED': {
    what: 'A receiver of security events did not take the event.',
    next: 'See its error code; its operator must know our issuer, key and audience.',
    exit: 1,
    status: 409,
  },
  'FB-TERRAFORM-INVALID': {
    what: 'A part of the Terraform source cannot be read.',
    next: 'Check it with `terraform validate`; what is around it was read.',
    exit: 3,
    status: 400,
  },
  'FB-TERRAFORM-UNRESOLVED': {
    what: 'A value is not known from the Terraform source.',
    next: 'Read the state or a plan (`terraform show -json`), or give account= and region=.',
    exit: 3,
    status: 400,
  },
  'FB-PLAN-INVALID': {
    what: 'The file is not a plan, or its digest does not match its content.',
    next: 'Make the plan again.',
    exit: 2,
    status: 400,
  },
  'FB-PLAN-CHECK-FAILED': {
    what: 'The independent check does not confirm the plan.',
    next: 'Do not run it; the estate may have changed: make a new plan.',
    exit: 1,
    status: 409,
  },
  'FB-PLAN-CONTRADICTION': {
    what: 'What the plan must do and what it must not do contradict each other.',
    next: 'Take one of them back: the pin, the ban, or the variant.',
    exit: 2,
    status: 400,
  },
  'FB-PLAN-STALE': {
    what: 'The plan was made from a different state of the estate.',
    next: 'Make a new plan from a fresh collect.',
    exit: 1,
    status: 409,
  },
  'FB-PLAYBOOK-INVALID': {
    what: 'The file is no CACAO 2.0 playbook.',
    next: 'See each problem with `firebreak playbook validate`; the specification is CACAO Security Playbooks 2.0.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-REFERENCE': {
    what: 'A playbook names something that it does not hold.',
    next: 'Mend the reference at the step named.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-LOOP': {
    what: 'The workflow of a playbook goes round in a circle.',
    next: 'Break the circle that is named, or make it a while-condition, which is bounded.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-COMMAND-UNKNOWN': {
    what: 'A playbook has a command, agent or target of a type that CACAO 2.0 does not know.',
    next: 'Write it as one of the types of the specification; what cannot be run here becomes a step by hand.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-VARIABLE': {
    what: 'A playbook uses a variable that is not declared or has no value.',
    next: 'Declare it, or give a value with --set __name__=value.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-CONDITION': {
    what: 'A condition of a playbook cannot be decided from what is known.',
    next: 'Say how it turns out: --decide <step>=true or =false.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-EXTENSION': {
    what: 'A playbook uses our extension otherwise than its schema says.',
    next: 'See content/playbooks/extension for what it may say.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-IGNORED': {
    what: 'A part of a playbook is of no effect here.',
    next: 'Nothing, if that is right.',
    exit: 3,
    status: 400,
  },
  'FB-PLAYBOOK-SIGNATURE': {
    what: 'A signature of a playbook does not hold, or cannot be checked.',
    next: 'Do not use a playbook whose signature does not hold: it was changed since.',
    exit: 1,
    status: 409,
  },
  'FB-PLAYBOOK-EXPIRED': {
    what: 'The playbook is revoked, or is not valid at this time.',
    next: 'Get the version that is in force from whoever published it.',
    exit: 1,
    status: 409,
  },
  'FB-PLAYBOOK-LEVER': {
    what: 'A step of a playbook asks for a lever that cannot be pulled here.',
    next: 'See docs/actions.md for the levers and their parameters, and which sources are open.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-AMBIGUOUS': {
    what: 'A step of a playbook means several things, or none.',
    next: 'Narrow the query to one of those listed, or let the step apply to every one.',
    exit: 2,
    status: 400,
  },
  'FB-PLAYBOOK-UNCONFIRMED': {
    what: 'Steps that people do by hand come first, and nobody has confirmed them.',
    next: 'Do them, then run it again with --confirm <step>, or --confirm all.',
    exit: 1,
    status: 409,
  },
  'FB-APPROVAL-DIGEST': {
    what: 'The approval names another plan digest.',
    next: 'Look at the plan again and approve what you see.',
    exit: 1,
    status: 409,
  },
  'FB-APPROVAL-SECOND-PERSON': {
    what: 'A drastic step needs the approval of a second person.',
    next: 'Ask a colleague with the approver role.',
    exit: 1,
    status: 409,
  },
  'FB-APPROVAL-REFUSED': {
    what: 'The approval policy does not let this person approve this step.',
    next: 'Ask somebody whom it lets; the policies are in the file that --policies names.',
    exit: 1,
    status: 403,
  },
  'FB-APPROVAL-EXPIRED': {
    what: 'The approval was given, and the step was not begun within its time.',
    next: 'Look at the plan again and approve it again.',
    exit: 1,
    status: 409,
  },
  'FB-APPROVAL-LINK-USED': {
    what: 'The approval link is used up, or was none.',
    next: 'Ask for a new one, or sign in and approve there.',
    exit: 1,
    status: 410,
  },
  'FB-APPROVAL-LINK-EXPIRED': {
    what: 'The approval link has expired.',
    next: 'Ask for a new one, or sign in and approve there.',
    exit: 1,
    status: 410,
  },
  'FB-CAPABILITY-INVALID': {
    what: 'A step was to begin without the right to: no approval that this Firebreak knows of fits it.',
    next: 'Find out who changed the database; then make a new plan and approve it.',
    exit: 1,
    status: 403,
  },
  'FB-CAPABILITY-USED': {
    what: 'The right to begin a step was used before: each is good for one run of one step.',
    next: 'Find out who set the step back; then make a new plan and approve it.',
    exit: 1,
    status: 409,
  },
  'FB-BREAK-GLASS-LIMIT': {
    what: 'Glass was broken too often.',
    next: 'Ask somebody whom the approval policy lets, or change the policy.',
    exit: 1,
    status: 429,
  },
  'FB-BREAK-GLASS-OWN': {
    what: 'Nobody signs off their own break-glass.',
    next: 'Ask somebody else with the approver role.',
    exit: 1,
    status: 409,
  },
  'FB-POLICY-INVALID': {
    what: 'The approval policies cannot be used.',
    next: 'Mend the place that is named; until then nothing starts with them.',
    exit: 2,
    status: 400,
  },
  'FB-APPROVAL-NEEDED': { what: 'The plan is not approved.', next: 'Approve it by its digest.', exit: 1, status: 409 },
  'FB-STEP-REFUSED': {
    what: 'A step was refused by the target.',
    next: 'See the step for the reason; the steps before it stand and can be undone.',
    exit: 1,
    status: 409,
  },
  'FB-STEP-CHANGED': {
    what: 'The object was changed by others while the step was under way.',
    next: 'Look at the object; what was done stands and can be undone. Plan again from a fresh collect.',
    exit: 1,
    status: 409,
  },
  'FB-EXECUTION-BUSY': {
    what: 'The incident has an execution under way.',
    next: 'Wait for it (`firebreak status`), or undo.',
    exit: 1,
    status: 409,
  },
  'FB-LEASE-NONE': {
    what: 'Nothing of the incident expires.',
    next: 'See `firebreak status INCIDENT`; a containment without expiry stays until it is undone.',
    exit: 1,
    status: 409,
  },
  'FB-EXECUTION-STATE': {
    what: 'The execution is not in a state in which this can be done.',
    next: 'See `firebreak status INCIDENT`.',
    exit: 1,
    status: 409,
  },
  'FB-PROBE-FAILED': {
    what: 'A probe still succeeds: this is not contained.',
    next: 'See the probe; plan again from a fresh collect.',
    exit: 1,
    status: 409,
  },
  'FB-UNDO-IMPOSSIBLE': {
    what: 'The step cannot be undone.',
    next: 'See the reason that the action gives.',
    exit: 1,
    status: 409,
  },
  'FB-UNDO-CHANGED': {
    what: 'The object was changed by others since the step; undo would overwrite their change.',
    next: 'Compare the states; undo with --merge to take back only what nobody else changed, or with --force to overwrite theirs.',
    exit: 1,
    status: 409,
  },
  'FB-LEDGER-INVALID': {
    what: 'The evidence does not verify.',
    next: 'See which check failed; treat the file as tampered with.',
    exit: 1,
    status: 409,
  },
  'FB-LEDGER-ENTRY-REFUSED': {
    what: 'The ledger does not take this entry.',
    next: 'Put large or foreign content into a blob and name it from the entry.',
    exit: 1,
    status: 400,
  },
  'FB-LEDGER-KEY-INVALID': {
    what: "The ledger's signing key cannot be used.",
    next: 'Restore ledger.key in the data directory from a backup with mode 0600, or move it away to begin with a new key.',
    exit: 2,
    status: 503,
  },
  'FB-EVIDENCE-UNREADABLE': {
    what: 'The file is not an evidence export.',
    next: 'Check the path.',
    exit: 2,
    status: 400,
  },
  'FB-STORAGE-UNAVAILABLE': {
    what: 'The database cannot be reached or started.',
    next: 'See the log of PostgreSQL in the data directory.',
    exit: 1,
    status: 503,
  },
  'FB-STORAGE-LOCKED': {
    what: 'Another Firebreak owns this data directory.',
    next: 'Stop it, or use another --data.',
    exit: 1,
    status: 503,
  },
  'FB-STORAGE-VERSION': {
    what: 'The database is of a newer or unsupported version.',
    next: 'Use PostgreSQL 15 or newer and the Firebreak that wrote it.',
    exit: 1,
    status: 503,
  },
  'FB-AUTH-REQUIRED': {
    what: 'You are not signed in.',
    next: 'Open the sign-in link that `firebreak serve` printed, or send an API token.',
    exit: 2,
    status: 401,
  },
  'FB-AUTH-FORBIDDEN': {
    what: 'Your role does not allow this.',
    next: 'Ask somebody with the role named.',
    exit: 2,
    status: 403,
  },
  'FB-ORIGIN-REFUSED': {
    what: 'The request did not come the way that requests to this server come.',
    next: 'Open the address that `firebreak serve` printed; name a proxy in front with --allow-host.',
    exit: 2,
    status: 403,
  },
  'FB-AUTH-LINK-USED': {
    what: 'The sign-in link was used or has expired.',
    next: 'Ask an admin for an invitation, or start `firebreak serve` again: it prints a new one.',
    exit: 2,
    status: 401,
  },
  'FB-OUTPUT-UNWRITABLE': {
    what: 'The output cannot be written.',
    next: 'Check the path, its permissions and the space that is left.',
    exit: 2,
    status: 500,
  },
  'FB-SERVER-UNREACHABLE': {
    what: 'No Firebreak server answers.',
    next: 'Start one with `firebreak serve`, or pass --server and --token.',
    exit: 2,
    status: 502,
  },
  'FB-ANSWER-INVALID': {
    what: 'The server answered something that is not of the agreed form.',
    next: 'Reload the page; if it stays, client and server are of different versions.',
    exit: 1,
    status: 502,
  },
  'FB-SIGMA-INVALID': {
    what: 'A document is no Sigma rule that can be evaluated.',
    next: 'Mend it at the line named; docs/detection-rules.md says what is understood. The other rules were loaded.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-BOUND': {
    what: 'A rule is larger or more costly than we evaluate.',
    next: 'Split it, or write it with fewer values, wildcards or repetitions. The other rules were loaded.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-PLACEHOLDER': {
    what: 'A rule needs values that are not known here.',
    next: 'Name them in the `vars` of a log source, or remove the rule.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-REFERENCE': {
    what: 'A correlation or filter names a rule that is not loaded, or rules name each other in a circle.',
    next: 'Load the rule that is named, by its id or name. The other rules were loaded.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-DUPLICATE': {
    what: 'Two rules have the same id or name.',
    next: 'Give one of them another; the first one was loaded.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-SOURCE': {
    what: 'A description of a log source cannot be used.',
    next: 'Mend it at the line named; docs/detection-rules.md says what it may hold.',
    exit: 2,
    status: 400,
  },
  'FB-SIGMA-STATE': {
    what: 'A part of the state of correlations could not be kept.',
    next: 'Nothing, if the rules were changed; else allow more state, or group by fewer fields.',
    exit: 3,
    status: 400,
  },
  'FB-SIGMA-EXAMPLE': {
    what: 'The examples beside a rule cannot be read.',
    next: 'Give `<rule>.test.yaml` the form that docs/detection-rules.md describes.',
    exit: 2,
    status: 400,
  },
  'FB-PROMPT-RULES': {
    what: 'Rules about injected instructions cannot be used.',
    next: 'Mend them at the file and line named; docs/prompt-injection.md describes the form. The others were used.',
    exit: 3,
    status: 400,
  },
  'FB-SECRET-RULES': {
    what: 'Rules about secrets cannot be used.',
    next: 'Mend them at the file and line named; docs/secrets.md says what of gitleaks’ form is understood. The others were used.',
    exit: 3,
    status: 400,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** An error with a code of the catalogue. `why` is one sentence about this occurrence, safe to show. */
export class FirebreakError extends Error {
  readonly code: ErrorCode;
  readonly why: string;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(
    code: ErrorCode,
    why: string,
    options: { cause?: unknown; detail?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(
      `${code}: ${catalogue[code].what} ${why}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'FirebreakError';
    this.code = code;
    this.why = why;
    this.detail = options.detail ?? {};
  }
  /** The three sentences that a person gets. */
  toJSON() {
    const entry = catalogue[this.code];
    return {
      code: this.code,
      what: entry.what,
      why: this.why,
      next: entry.next,
      ...(Object.keys(this.detail).length > 0 ? { detail: this.detail } : {}),
    };
  }
}

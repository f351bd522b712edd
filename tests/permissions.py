"""Who may open what: one row per address, method and situation, one column per role (domain.md §2.6).

`tests/test_permission_matrix.py` asks every row, and fails when an address of the site has none.

Columns, in the order of ROLES: advisor, support, trainer, back office, manager, HR, staff representative,
administrator, partner, nobody logged in. The advisor is « advisor » of UAT Lyon, like support, trainer,
manager, HR and staff representative; the back office is that of the entity BO-Cuivre.

Answers: an HTTP status, or `log` for the way to the log-in page. 403: the role never has this action,
decided before any look-up. 404: it may have it, but not on this object; the body is that of an unknown
one. 405: no such method there, whoever asks.

Situations: `-` nothing to choose; for a case, `own` (kept by the advisor), `unit` (a colleague's),
`waiting` (nobody's yet), `copper` (the advisor's, escalated to BO-Cuivre), `field` (the advisor's, escalated
to another entity), `elsewhere` (another unit's), `unknown`. `action:situation` names the action of
`/cases/<ref>/<action>/`; its POST carries all that the action needs. A name with `*` stands for each route
that fits and has no row of its own; a route without a name is written as its address. `any`: the model's
own tests say which (the table is about who gets in). `first`: the first object there is.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "advisor", "support", "trainer", "backoffice", "manager", "hr", "staffrep", "admin", "partner", "",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    route: str
    methods: tuple[str, ...]
    situation: str
    expected: dict[str, str]

    def __str__(self) -> str:
        return f"{self.route} {'|'.join(self.methods)} {self.situation}"


TABLE = """
# address                              method                          situation                    adv sup tra bac man  hr sta adm par nob

# The day and the account
home                                 GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
home                                 POST|PUT|PATCH|DELETE|OPTIONS  -                          405
account_settings                     GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
account_settings                     PUT|PATCH|DELETE|OPTIONS       -                          405
account_settings                     POST                           -                          302 302 302 302 302 302 302 302 302 log
accessibility                        GET|HEAD                       -                          200
accessibility                        POST|PUT|PATCH|DELETE|OPTIONS  -                          405
health_live                          GET|HEAD                       -                          200
health_live                          POST|PUT|PATCH|DELETE|OPTIONS  -                          405
health_ready                         GET|HEAD                       -                          503
health_ready                         POST|PUT|PATCH|DELETE|OPTIONS  -                          405

# Log-in and passwords: open to who is not logged in; accounts are created by an administrator
account_login                        GET|HEAD                       -                          302 302 302 302 302 302 302 302 302 200
account_login                        POST                           -                          302 302 302 302 302 302 302 302 302 200
account_logout                       GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
account_logout                       POST                           -                          log log log log log log log log log log
account_inactive                     GET|HEAD                       -                          200
account_change_password              GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
account_change_password              POST                           -                          200 200 200 200 200 200 200 200 200 log
account_reset_password               GET|HEAD                       -                          200
account_reset_password               POST                           -                          302
account_reset_password_done          GET|HEAD                       -                          200
account_reset_password_from_key      GET|HEAD                       -                          200
account_reset_password_from_key_done GET|HEAD                       -                          200
account_signup                       GET|HEAD|POST                  -                          404
account_set_password                 GET|HEAD|POST                  -                          404

# Everybody who is logged in
cases:workflow                       GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
cases:workflow                       POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:inbox                          GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
cases:inbox                          POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:inbox_unread                   GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
cases:inbox_unread                   POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:inbox_read_all                 POST                           -                          302 302 302 302 302 302 302 302 302 log
cases:inbox_read_all                 GET|HEAD|PUT|PATCH|DELETE|OPTIONS -                          405
cases:inbox_read                     POST                           mine                       302 302 302 302 302 302 302 302 302 log
cases:inbox_read                     POST                           somebody's                 404 404 404 404 404 404 404 404 404 log
cases:inbox_read                     POST                           unknown                    404 404 404 404 404 404 404 404 404 log
cases:inbox_read                     GET|HEAD|PUT|PATCH|DELETE|OPTIONS mine                       405
account_participation                GET|HEAD                       -                          200 200 200 200 200 200 200 200 200 log
account_participation                POST                           mine                       302 302 302 302 302 302 302 302 302 log
account_participation                POST                           somebody's                 404 404 404 404 404 404 404 404 404 log
account_participation                PUT|PATCH|DELETE|OPTIONS       -                          405

# Who works with clients
cases:queue                          GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
cases:queue                          POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:search                         GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
cases:search                         POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:record_lookup                  GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
cases:record_lookup                  POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:record                         GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
cases:record                         POST                           -                          302 302 403 403 302 403 403 403 403 log
cases:record                         PUT|PATCH|DELETE|OPTIONS       -                          405
cases:recorded                       GET|HEAD                       mine                       200 200 403 403 200 403 403 403 403 log
cases:recorded                       GET                            somebody's                 404 404 403 403 404 403 403 403 403 log
cases:recorded                       GET                            unknown                    404 404 403 403 404 403 403 403 403 log
cases:recorded                       POST|PUT|PATCH|DELETE|OPTIONS  mine                       405
cases:team                           GET|HEAD                       -                          403 403 403 403 200 403 403 403 403 log
cases:team                           POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:escalations                    GET|HEAD                       -                          403 403 403 200 403 403 403 403 403 log
cases:escalations                    POST|PUT|PATCH|DELETE|OPTIONS  -                          405

# Fault tickets: those of the unit’s lines and cases, those of one’s entity
cases:faults                         GET|HEAD                       -                          200 200 403 200 200 403 403 403 403 log
cases:faults                         POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:fault                          GET|HEAD                       unit                       200 200 403 404 200 403 403 403 403 log
cases:fault                          GET                            copper                     404 404 403 200 404 403 403 403 403 log
cases:fault                          GET                            elsewhere                  404 404 403 404 404 403 403 403 403 log
cases:fault                          GET                            unknown                    404 404 403 404 404 403 403 403 403 log
cases:fault                          POST|PUT|PATCH|DELETE|OPTIONS  unit                       405

# Mass incidents: the unit reads, support and managers declare and end
cases:incidents                      GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
cases:incidents                      POST|PUT|PATCH|DELETE|OPTIONS  -                          405
cases:incident_new                   GET|HEAD                       -                          403 200 403 403 200 403 403 403 403 log
cases:incident_new                   POST                           -                          403 302 403 403 302 403 403 403 403 log
cases:incident_new                   PUT|PATCH|DELETE|OPTIONS       -                          405
cases:incident                       GET|HEAD                       unit                       200 200 403 403 200 403 403 403 403 log
cases:incident                       GET                            elsewhere                  404 404 403 403 404 403 403 403 403 log
cases:incident                       GET                            unknown                    404 404 403 403 404 403 403 403 403 log
cases:incident                       POST|PUT|PATCH|DELETE|OPTIONS  unit                       405
cases:incident_change                POST                           unit                       403 302 403 403 302 403 403 403 403 log
cases:incident_change                POST                           elsewhere                  403 404 403 403 404 403 403 403 403 log
cases:incident_change                POST                           unknown                    403 404 403 403 404 403 403 403 403 log
cases:incident_change                GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
cases:incident_end                   POST                           unit                       403 302 403 403 302 403 403 403 403 log
cases:incident_end                   POST                           elsewhere                  403 404 403 403 404 403 403 403 403 log
cases:incident_end                   POST                           unknown                    403 404 403 403 404 403 403 403 403 log
cases:incident_end                   GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405

# One's own load and presence
routing:help                         GET|HEAD                       -                          200 200 403 403 200 403 403 403 403 log
routing:help                         POST|PUT|PATCH|DELETE|OPTIONS  -                          405
routing:help_rail                    GET|HEAD                       -                          200 200 403 403 403 403 403 403 403 log
routing:help_rail                    POST|PUT|PATCH|DELETE|OPTIONS  -                          405
routing:help_case                    GET|HEAD                       own                        200 200 403 403 200 403 403 403 403 log
routing:help_case                    POST                           own                        302 422 403 403 422 403 403 403 403 log
routing:help_case                    GET|POST                       elsewhere                  404 404 403 403 404 403 403 403 403 log
routing:help_case                    GET|POST                       unknown                    404 404 403 403 404 403 403 403 403 log
routing:help_case                    PUT|PATCH|DELETE|OPTIONS       own                        405
routing:help_accept                  POST                           unit                       302 302 403 403 403 403 403 403 403 log
routing:help_accept                  POST                           elsewhere                  404 404 403 403 403 403 403 403 403 log
routing:help_accept                  GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:help_close                   POST                           unit                       302 302 403 403 403 403 403 403 403 log
routing:help_close                   POST                           elsewhere                  404 404 403 403 403 403 403 403 403 log
routing:help_close                   GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:help_withdraw                POST                           unit                       302 302 403 403 403 403 403 403 403 log
routing:help_withdraw                POST                           elsewhere                  404 404 403 403 403 403 403 403 403 log
routing:help_withdraw                GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:briefings                    GET|HEAD                       -                          200 200 200 403 200 403 403 403 403 log
routing:briefings                    POST|PUT|PATCH|DELETE|OPTIONS  -                          405
routing:briefing_new                 GET|HEAD                       -                          403 200 403 403 200 403 403 403 403 log
routing:briefing_new                 POST                           -                          403 422 403 403 422 403 403 403 403 log
routing:briefing_new                 PUT|PATCH|DELETE|OPTIONS       -                          405
routing:briefing                     GET|HEAD                       unit                       200 200 404 403 200 403 403 403 403 log
routing:briefing                     GET                            elsewhere                  404 404 404 403 404 403 403 403 403 log
routing:briefing                     POST|PUT|PATCH|DELETE|OPTIONS  unit                       405
routing:briefing_confirm             POST                           unit                       302 404 404 403 404 403 403 403 403 log
routing:briefing_confirm             POST                           elsewhere                  404 404 404 403 404 403 403 403 403 log
routing:briefing_confirm             GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:briefing_cancel              POST                           unit                       403 403 403 403 302 403 403 403 403 log
routing:briefing_cancel              POST                           elsewhere                  403 404 403 403 404 403 403 403 403 log
routing:briefing_cancel              GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:briefing_hold                POST                           unit                       403 403 403 403 302 403 403 403 403 log
routing:briefing_hold                POST                           elsewhere                  403 404 403 403 404 403 403 403 403 log
routing:briefing_hold                GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                    405
routing:my_load                      GET|HEAD                       -                          200 403 403 403 403 403 403 403 403 log
routing:my_load                      POST|PUT|PATCH|DELETE|OPTIONS  -                          405
routing:rail                         GET|HEAD                       -                          200 403 403 403 403 403 403 403 403 log
routing:rail                         POST|PUT|PATCH|DELETE|OPTIONS  -                          405
routing:presence                     POST                           -                          302 403 403 403 403 403 403 403 403 log
routing:presence                     GET|HEAD|PUT|PATCH|DELETE|OPTIONS -                       405
routing:recover                      POST                           -                          302 403 403 403 403 403 403 403 403 log
routing:recover                      GET|HEAD|PUT|PATCH|DELETE|OPTIONS -                       405
routing:declare                      POST                           -                          302 403 403 403 403 403 403 403 403 log
routing:declare                      GET|HEAD|PUT|PATCH|DELETE|OPTIONS -                       405
routing:assign_many                  GET|HEAD                       -                            403 403 403 403 302 403 403 403 403 log
routing:assign_many                  POST                           -                            403 403 403 403 302 403 403 403 403 log
routing:assign_many                  PUT|PATCH|DELETE|OPTIONS       -                            405
routing:why                          GET|HEAD                       own                          200 403 403 403 200 403 403 403 403 log
routing:why                          GET                            unit                         404 403 403 403 200 403 403 403 403 log
routing:why                          GET                            elsewhere                    404 403 403 403 404 403 403 403 403 log
routing:why                          GET                            unknown                      404 403 403 403 404 403 403 403 403 log
routing:why                          POST|PUT|PATCH|DELETE|OPTIONS  own                          405
routing:over_cap                     GET|HEAD                       -                            403 403 403 403 200 403 403 403 403 log
routing:over_cap                     POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:how                          GET|HEAD                       -                            200 200 200 200 200 200 200 200 200 log
routing:how                          POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:fairness                     GET|HEAD                       -                            403 403 403 403 200 200 200 403 403 log
routing:fairness                     POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:policies                     GET|HEAD                       -                            403 403 403 403 403 403 403 200 403 log
routing:policies                     POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:policy_new                   GET|HEAD                       -                            403 403 403 403 403 403 403 200 403 log
routing:policy_new                   POST                           -                            403 403 403 403 403 403 403 422 403 log
routing:policy_new                   PUT|PATCH|DELETE|OPTIONS       -                            405
routing:policy                       GET|HEAD                       first                        403 403 403 403 403 403 403 200 403 log
routing:policy                       POST                           first                        403 403 403 403 403 403 403 302 403 log
routing:policy                       GET|POST                       unknown                      403 403 403 403 403 403 403 404 403 log
routing:policy                       PUT|PATCH|DELETE|OPTIONS       first                        405
routing:leaving                      GET|HEAD                       unit                         403 403 403 403 200 403 403 403 403 log
routing:leaving                      POST                           unit                         403 403 403 403 302 403 403 403 403 log
routing:leaving                      GET|POST                       elsewhere                    403 403 403 403 404 403 403 403 403 log
routing:leaving                      GET|POST                       unknown                      403 403 403 403 404 403 403 403 403 log
routing:leaving                      PUT|PATCH|DELETE|OPTIONS       unit                         405
routing:team_planning                GET|HEAD                       -                            403 403 403 403 200 403 403 403 403 log
routing:team_planning                POST                           -                            403 403 403 403 422 403 403 403 403 log
routing:team_planning                PUT|PATCH|DELETE|OPTIONS       -                            405
routing:planning_edit                GET|HEAD                       unit                         403 403 403 403 200 403 403 403 403 log
routing:planning_edit                POST                           unit                         403 403 403 403 422 403 403 403 403 log
routing:planning_edit                GET|POST                       elsewhere                    403 403 403 403 404 403 403 403 403 log
routing:planning_edit                GET|POST                       unknown                      403 403 403 403 404 403 403 403 403 log
routing:planning_edit                PUT|PATCH|DELETE|OPTIONS       unit                         405
routing:absences                     GET|HEAD                       -                            403 403 403 403 200 403 403 403 403 log
routing:absences                     POST                           -                            403 403 403 403 422 403 403 403 403 log
routing:absences                     PUT|PATCH|DELETE|OPTIONS       -                            405
routing:absence_end                  POST                           unit                         403 403 403 403 302 403 403 403 403 log
routing:absence_end                  POST                           elsewhere                    403 403 403 403 404 403 403 403 403 log
routing:absence_end                  POST                           unknown                      403 403 403 403 404 403 403 403 403 log
routing:absence_end                  GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                         405
routing:my_planning                  GET|HEAD                       -                            200 403 403 403 403 403 403 403 403 log
routing:my_planning                  POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:take_back                    POST                           unit                         302 403 403 403 403 403 403 403 403 log
routing:take_back                    POST                           elsewhere                    404 403 403 403 403 403 403 403 403 log
routing:take_back                    POST                           unknown                      404 403 403 403 403 403 403 403 403 log
routing:take_back                    GET|HEAD|PUT|PATCH|DELETE|OPTIONS unit                         405

# The directory: read by all who call; kept by support and administrators, the others for their own entity
routing:directory                    GET|HEAD                       -                            200 200 403 200 200 403 403 200 403 log
routing:directory                    POST|PUT|PATCH|DELETE|OPTIONS  -                            405
routing:entity                       GET|HEAD                       copper                       200 200 403 200 200 403 403 200 403 log
routing:entity                       GET                            unknown                      404 404 403 404 404 403 403 404 403 log
routing:entity                       POST|PUT|PATCH|DELETE|OPTIONS  copper                       405
routing:entity_hours                 GET|HEAD                       copper                       403 200 403 200 403 403 403 200 403 log
routing:entity_hours                 POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:entity_hours                 GET|POST                       field                        403 any 403 403 403 403 403 any 403 log
routing:entity_hours                 GET|POST                       unknown                      403 404 403 404 404 403 403 404 403 log
routing:entity_hours                 PUT|PATCH|DELETE|OPTIONS       copper                       405
routing:contact_new                  GET|HEAD                       copper                       403 200 403 200 403 403 403 200 403 log
routing:contact_new                  POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:contact_new                  GET|POST                       field                        403 any 403 403 403 403 403 any 403 log
routing:contact_new                  GET|POST                       unknown                      403 404 403 404 404 403 403 404 403 log
routing:contact_new                  PUT|PATCH|DELETE|OPTIONS       copper                       405
routing:contact                      GET|HEAD                       copper                       403 200 403 200 403 403 403 200 403 log
routing:contact                      POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:contact                      GET|POST                       field                        403 any 403 403 403 403 403 any 403 log
routing:contact                      GET|POST                       unknown                      403 404 403 404 403 403 403 404 403 log
routing:contact                      PUT|PATCH|DELETE|OPTIONS       copper                       405
routing:contact_verify               POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:contact_verify               POST                           field                        403 302 403 403 403 403 403 302 403 log
routing:contact_verify               POST                           unknown                      403 404 403 404 403 403 403 404 403 log
routing:contact_verify               GET|HEAD|PUT|PATCH|DELETE|OPTIONS copper                    405
routing:contact_unreachable          POST                           copper                       302 302 403 302 302 403 403 302 403 log
routing:contact_unreachable          POST                           unknown                      404 404 403 404 404 403 403 404 403 log
routing:contact_unreachable          GET|HEAD|PUT|PATCH|DELETE|OPTIONS copper                    405
routing:line_new                     GET|HEAD                       copper                       403 200 403 200 403 403 403 200 403 log
routing:line_new                     POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:line_new                     GET|POST                       field                        403 any 403 403 403 403 403 any 403 log
routing:line_new                     GET|POST                       unknown                      403 404 403 404 404 403 403 404 403 log
routing:line_new                     PUT|PATCH|DELETE|OPTIONS       copper                       405
routing:line                         GET|HEAD                       copper                       403 200 403 200 403 403 403 200 403 log
routing:line                         POST                           copper                       403 302 403 302 403 403 403 302 403 log
routing:line                         GET|POST                       unknown                      403 404 403 404 403 403 403 404 403 log
routing:line                         PUT|PATCH|DELETE|OPTIONS       copper                       405

# Calls to entities, from a case one may see; a call is its caller's alone
routing:entities                     GET|HEAD                       own                          200 200 403 403 200 403 403 403 403 log
routing:entities                     GET                            elsewhere                    404 404 403 403 404 403 403 403 403 log
routing:entities                     GET                            unknown                      404 404 403 403 404 403 403 403 403 log
routing:entities                     POST|PUT|PATCH|DELETE|OPTIONS  own                          405
routing:call_start                   POST                           own                          302 302 403 403 302 403 403 403 403 log
routing:call_start                   POST                           elsewhere                    404 404 403 403 404 403 403 403 403 log
routing:call_start                   POST                           unknown                      404 404 403 403 404 403 403 403 403 log
routing:call_start                   GET|HEAD|PUT|PATCH|DELETE|OPTIONS own                       405
routing:call                         GET|HEAD                       own                          200 404 403 403 404 403 403 403 403 log
routing:call                         POST                           own                          302 404 403 403 404 403 403 403 403 log
routing:call                         GET|POST                       unknown                      404 404 403 403 404 403 403 403 403 log
routing:call                         PUT|PATCH|DELETE|OPTIONS       own                          405

# Which units take part, and why not: everybody reads, an administrator decides
participation                        GET|HEAD                       -                            200 200 200 200 200 200 200 200 200 log
participation                        POST|PUT|PATCH|DELETE|OPTIONS  -                            405
participation_unit                   GET|HEAD                       lyon                         403 403 403 403 403 403 403 200 403 log
participation_unit                   POST                           lyon                         403 403 403 403 403 403 403 302 403 log
participation_unit                   GET                            unknown                      403 403 403 403 403 403 403 404 403 log
participation_unit                   POST                           unknown                      403 403 403 403 403 403 403 302 403 log
participation_unit                   PUT|PATCH|DELETE|OPTIONS       lyon                         405

# A client's page: the unit's; the back office's when a case of this client was escalated to it
cases:client                         GET|HEAD                       unit                       200 200 403 404 200 403 403 403 403 log
cases:client                         GET                            copper                     200 200 403 200 200 403 403 403 403 log
cases:client                         GET                            field                      200 200 403 404 200 403 403 403 403 log
cases:client                         GET                            elsewhere                  404 404 403 404 404 403 403 403 403 log
cases:client                         GET                            unknown                    404 404 403 404 404 403 403 403 403 log
cases:client                         GET                            recorded                   200 200 403 404 200 403 403 403 403 log
cases:client                         POST|PUT|PATCH|DELETE|OPTIONS  unit                       405
cases:open                           GET|HEAD                       unit                       200 200 403 403 200 403 403 403 403 log
cases:open                           POST                           unit                       302 302 403 403 302 403 403 403 403 log
cases:open                           GET|POST                       elsewhere                  404 404 403 403 404 403 403 403 403 log
cases:open                           GET|POST                       unknown                    404 404 403 403 404 403 403 403 403 log
cases:open                           PUT|PATCH|DELETE|OPTIONS       unit                       405

# A case's page
cases:case                           GET|HEAD                       own                        200 200 403 404 200 403 403 403 403 log
cases:case                           GET                            unit                       200 200 403 404 200 403 403 403 403 log
cases:case                           GET                            waiting                    200 200 403 404 200 403 403 403 403 log
cases:case                           GET                            copper                     200 200 403 200 200 403 403 403 403 log
cases:case                           GET                            field                      200 200 403 404 200 403 403 403 403 log
cases:case                           GET                            elsewhere                  404 404 403 404 404 403 403 403 403 log
cases:case                           GET                            unknown                    404 404 403 404 404 403 403 403 403 log
cases:case                           POST|PUT|PATCH|DELETE|OPTIONS  own                        405

# What is done to a case. In charge: the owner, or the delegate; a manager in the unit says why
cases:act                            GET                            promise_callback:own       200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           promise_callback:own       302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            promise_callback:unit      403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           promise_callback:unit      403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            promise_callback:delegated 200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           promise_callback:delegated 302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       promise_callback:elsewhere 404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       promise_callback:unknown   404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            rebook:own                 200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           rebook:own                 302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            rebook:unit                403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           rebook:unit                403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            rebook:delegated           200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           rebook:delegated           302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       rebook:elsewhere           404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       rebook:unknown             404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            tell_unresolved:own        200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           tell_unresolved:own        302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            tell_unresolved:unit       403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           tell_unresolved:unit       403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            tell_unresolved:delegated  200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           tell_unresolved:delegated  302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       tell_unresolved:elsewhere  404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       tell_unresolved:unknown    404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            log_attempt:own            200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           log_attempt:own            302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            log_attempt:unit           403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           log_attempt:unit           403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            log_attempt:delegated      200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           log_attempt:delegated      302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       log_attempt:elsewhere      404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       log_attempt:unknown        404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            resolve:own                200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           resolve:own                302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            resolve:unit               403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           resolve:unit               403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            resolve:delegated          200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           resolve:delegated          302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       resolve:elsewhere          404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       resolve:unknown            404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            correct_attempt:own        200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           correct_attempt:own        302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            correct_attempt:unit       403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           correct_attempt:unit       403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            correct_attempt:delegated  200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           correct_attempt:delegated  302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       correct_attempt:elsewhere  404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       correct_attempt:unknown    404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            escalate:own               200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           escalate:own               302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            escalate:unit              403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           escalate:unit              403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       escalate:elsewhere         404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       escalate:unknown           404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            withdraw_escalation:own    200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           withdraw_escalation:own    302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            withdraw_escalation:unit   403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           withdraw_escalation:unit   403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       withdraw_escalation:elsewhere 404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       withdraw_escalation:unknown 404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            answer_escalation:copper   200 403 403 200 200 403 403 403 403 log
cases:act                            POST                           answer_escalation:copper   302 403 403 302 302 403 403 403 403 log
cases:act                            GET                            answer_escalation:field    200 403 403 404 200 403 403 403 403 log
cases:act                            POST                           answer_escalation:field    302 403 403 404 302 403 403 403 403 log
cases:act                            GET|POST                       answer_escalation:elsewhere 404 403 403 404 404 403 403 403 403 log
cases:act                            GET|POST                       answer_escalation:unknown  404 403 403 404 404 403 403 403 403 log
cases:act                            GET                            acknowledge_escalation:copper 403 403 403 302 403 403 403 403 403 log
cases:act                            POST                           acknowledge_escalation:copper 403 403 403 302 403 403 403 403 403 log
cases:act                            GET                            acknowledge_escalation:field 403 403 403 404 403 403 403 403 403 log
cases:act                            POST                           acknowledge_escalation:field 403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       acknowledge_escalation:elsewhere 403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       acknowledge_escalation:unknown 403 403 403 404 403 403 403 403 403 log
cases:act                            GET                            claim_escalation:copper    403 403 403 302 403 403 403 403 403 log
cases:act                            POST                           claim_escalation:copper    403 403 403 302 403 403 403 403 403 log
cases:act                            GET|POST                       claim_escalation:field     403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       claim_escalation:elsewhere 403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       claim_escalation:unknown   403 403 403 404 403 403 403 403 403 log
cases:act                            GET                            hand_back_escalation:copper 403 403 403 302 403 403 403 403 403 log
cases:act                            POST                           hand_back_escalation:copper 403 403 403 302 403 403 403 403 403 log
cases:act                            GET|POST                       hand_back_escalation:field 403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       hand_back_escalation:elsewhere 403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       hand_back_escalation:unknown 403 403 403 404 403 403 403 403 403 log
cases:act                            GET                            request_info:copper        403 403 403 200 403 403 403 403 403 log
cases:act                            POST                           request_info:copper        403 403 403 302 403 403 403 403 403 log
cases:act                            GET|POST                       request_info:field         403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       request_info:elsewhere     403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       request_info:unknown       403 403 403 404 403 403 403 403 403 log
cases:act                            GET                            give_status:copper         403 403 403 200 403 403 403 403 403 log
cases:act                            POST                           give_status:copper         403 403 403 302 403 403 403 403 403 log
cases:act                            GET|POST                       give_status:field          403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       give_status:elsewhere      403 403 403 404 403 403 403 403 403 log
cases:act                            GET|POST                       give_status:unknown        403 403 403 404 403 403 403 403 403 log
cases:act                            GET                            give_info:own              200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           give_info:own              302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            give_info:unit             403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           give_info:unit             403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       give_info:elsewhere        404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       give_info:unknown          404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            request_status:own         302 302 403 403 302 403 403 403 403 log
cases:act                            POST                           request_status:own         302 403 403 403 302 403 403 403 403 log
cases:act                            POST                           request_status:unit        403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       request_status:elsewhere   404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       request_status:unknown     404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            warm_transfer:own          200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           warm_transfer:own          302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            warm_transfer:unit         403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           warm_transfer:unit         403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       warm_transfer:elsewhere    404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       warm_transfer:unknown      404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            add_note:own               200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           add_note:own               302 302 403 403 302 403 403 403 403 log
cases:act                            GET                            add_note:unit              200 200 403 403 200 403 403 403 403 log
cases:act                            POST                           add_note:unit              302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       add_note:elsewhere         404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       add_note:unknown           404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            claim:waiting              302 403 403 403 403 403 403 403 403 log
cases:act                            POST                           claim:waiting              302 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       claim:elsewhere            404 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       claim:unknown              404 403 403 403 403 403 403 403 403 log
cases:act                            GET                            assign:waiting             403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           assign:waiting             403 403 403 403 302 403 403 403 403 log
cases:act                            GET                            assign:unit                403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           assign:unit                403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       assign:elsewhere           403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       assign:unknown             403 403 403 403 404 403 403 403 403 log
cases:act                            GET                            delegate:own               200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           delegate:own               302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            delegate:unit              403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           delegate:unit              403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       delegate:elsewhere         404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       delegate:unknown           404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            return_delegation:delegated 302 302 403 403 302 403 403 403 403 log
cases:act                            POST                           return_delegation:delegated 302 302 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       return_delegation:elsewhere 404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       return_delegation:unknown  404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            set_colour:own             403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           set_colour:own             403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       set_colour:elsewhere       403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       set_colour:unknown         403 403 403 403 404 403 403 403 403 log
cases:act                            GET                            reopen:own                 200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           reopen:own                 302 403 403 403 302 403 403 403 403 log
cases:act                            GET                            reopen:unit                403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           reopen:unit                403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       reopen:elsewhere           404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       reopen:unknown             404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            merge:own                  200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           merge:own                  302 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       merge:elsewhere            404 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       merge:unknown              404 403 403 403 404 403 403 403 403 log
cases:act                            GET                            cancel:own                 403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           cancel:own                 403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       cancel:elsewhere           403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       cancel:unknown             403 403 403 403 404 403 403 403 403 log
cases:act                            GET                            request_cancel:own         200 403 403 403 403 403 403 403 403 log
cases:act                            POST                           request_cancel:own         302 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       request_cancel:unit        403 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       request_cancel:elsewhere   404 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       request_cancel:unknown     404 403 403 403 403 403 403 403 403 log
cases:act                            GET                            refuse_cancel:own          403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           refuse_cancel:own          403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       refuse_cancel:elsewhere    403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       refuse_cancel:unknown      403 403 403 403 404 403 403 403 403 log
cases:act                            GET                            restore:own                403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           restore:own                403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       restore:elsewhere          403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       restore:unknown            403 403 403 403 404 403 403 403 403 log
cases:act                            GET                            record_satisfaction:own    200 403 403 403 200 403 403 403 403 log
cases:act                            POST                           record_satisfaction:own    302 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       record_satisfaction:elsewhere 404 404 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       record_satisfaction:unknown 404 404 403 403 404 403 403 403 403 log
cases:act                            GET                            flag_unrelated:own         200 403 403 403 403 403 403 403 403 log
cases:act                            POST                           flag_unrelated:own         302 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       flag_unrelated:elsewhere   404 403 403 403 403 403 403 403 403 log
cases:act                            GET|POST                       flag_unrelated:unknown     404 403 403 403 403 403 403 403 403 log
cases:act                            GET                            decide_unrelated:own       403 403 403 403 200 403 403 403 403 log
cases:act                            POST                           decide_unrelated:own       403 403 403 403 302 403 403 403 403 log
cases:act                            GET|POST                       decide_unrelated:elsewhere 403 403 403 403 404 403 403 403 403 log
cases:act                            GET|POST                       decide_unrelated:unknown   403 403 403 403 404 403 403 403 403 log
cases:act                            GET|HEAD|POST                  no_such_action:own         404 404 403 404 404 403 403 403 403 log
cases:act                            PUT|PATCH|DELETE|OPTIONS       add_note:own               405

# What only an administrator does: imports by file, two records of one client
cases:imports                        GET|HEAD                       -                          403 403 403 403 403 403 403 200 403 log
cases:imports                        POST                           -                          403 403 403 403 403 403 403 422 403 log
cases:imports                        PUT|PATCH|DELETE|OPTIONS       -                          405
cases:import                         GET|HEAD                       first                      403 403 403 403 403 403 403 200 403 log
cases:import                         GET                            unknown                    403 403 403 403 403 403 403 404 403 log
cases:import                         POST|PUT|PATCH|DELETE|OPTIONS  first                      405
cases:import_act                     POST                           first                      403 403 403 403 403 403 403 302 403 log
cases:import_act                     POST                           unknown                    403 403 403 403 403 403 403 404 403 log
cases:import_act                     GET|HEAD|PUT|PATCH|DELETE|OPTIONS first                      405
cases:import_rejects                 GET|HEAD                       first                      403 403 403 403 403 403 403 404 403 log
cases:import_rejects                 GET                            unknown                    403 403 403 403 403 403 403 404 403 log
cases:import_rejects                 POST|PUT|PATCH|DELETE|OPTIONS  first                      405
cases:client_merges                  GET|HEAD                       -                          403 403 403 403 403 403 403 200 403 log
cases:client_merges                  POST                           -                          403 403 403 403 403 403 403 302 403 log
cases:client_merges                  PUT|PATCH|DELETE|OPTIONS       -                          405
cases:client_split                   GET|HEAD                       merged                     403 403 403 403 403 403 403 200 403 log
cases:client_split                   POST                           merged                     403 403 403 403 403 403 403 302 403 log
cases:client_split                   GET|POST                       unknown                    403 403 403 403 403 403 403 404 403 log
cases:client_split                   PUT|PATCH|DELETE|OPTIONS       merged                     405

# The administration: the administrator, and no one else; what nobody may change answers 403 to all
admin:index                          GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:app_list                       GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:jsi18n                         GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:password_change                GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:password_change_done           GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:*_changelist                   GET                            -                          403 403 403 403 403 403 403 200 403 log
admin:*_add                          GET|POST                       -                          403 403 403 403 403 403 403 any 403 log
admin:*_change                       GET|POST                       first                      403 403 403 403 403 403 403 any 403 log
admin:*_delete                       GET|POST                       first                      403 403 403 403 403 403 403 any 403 log
admin:*_history                      GET                            first                      403 403 403 403 403 403 403 any 403 log
admin/*<path:object_id>/             GET                            first                      403 403 403 403 403 403 403 any 403 log
admin:auth_user_password_change      GET|POST                       first                      403 403 403 403 403 403 403 200 403 log
admin:organisation_user_delete       GET|POST                       first                      403 403 403 403 403 403 403 403 403 log
admin:journal_*_add                  GET|POST                       -                          403 403 403 403 403 403 403 403 403 log
admin:journal_*_change               POST                           first                      403 403 403 403 403 403 403 403 403 log
admin:journal_*_delete               POST                           first                      403 403 403 403 403 403 403 403 403 log
admin:cases_repeatrule_preview       GET|POST                       -                          403 403 403 403 403 403 403 any 403 log
admin:autocomplete                   GET                            -                          403 403 403 403 403 403 403 403 403 log
admin:view_on_site                   GET                            unknown                    403 403 403 403 403 403 403 404 403 log
admin:login                          GET|POST                       -                          403 403 403 403 403 403 403 403 403 log
admin/login/                         GET|POST                       -                          403 403 403 403 403 403 403 403 403 log
admin:logout                         GET                            -                          302 302 302 302 302 302 302 405 302 302
admin:logout                         POST                           -                          302 302 302 302 302 302 302 200 302 302
admin/(?P<url>.*)$                   GET|POST                       unknown                    403 403 403 403 403 403 403 404 403 log
"""


def read(table: str) -> list[Row]:
    rows = []
    for line in table.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        route, methods, situation, *answers = line.split()
        if len(answers) == 1:
            answers *= len(ROLES)
        assert len(answers) == len(ROLES), line
        expected = dict(zip(ROLES, answers, strict=True))
        rows.append(Row(route, tuple(methods.split("|")), situation, expected))
    return rows


ROWS = read(TABLE)

"""Addresses of the pages of recognition, one list per theme."""

from django.urls import path

from recognition.suggestions.urls import urlpatterns as suggestions
from recognition.surveys.urls import urlpatterns as surveys
from recognition.views import (
    appeals,
    arcq,
    awards,
    calendar,
    campaigns,
    competencies,
    conditions,
    dossier,
    eligibility,
    envelopes,
    exits,
    files,
    mentoring,
    mine,
    my_recognition,
    neutralised,
    participants,
    programme,
    referee,
    scheme_editor,
    schemes,
    simulations,
    skills,
    transparency,
)

app_name = "recognition"

PARTICIPATION = [
    path("account/participation/volunteer/", mine.volunteer, name="volunteer"),
    path("account/participation/texts/<slug:version>/", mine.consent_text, name="consent_text"),
    path("account/participation/<int:pk>/leave/", mine.leave_mine, name="leave"),
    path("participants/", participants.participants, name="participants"),
    path("participants/designate/", participants.designate, name="designate"),
    path("participants/<int:pk>/exit/", exits.end, name="exit_new"),
    path("exits/", exits.exit_figures, name="exit_figures"),
    path("exits/just-causes/", files.just_causes, name="just_causes"),
    path("exits/<int:pk>/", files.file, name="file"),
    path("exits/<int:pk>/answer/", files.answer, name="file_answer"),
    path("exits/<int:pk>/opinion/", files.opinion, name="file_opinion"),
    path("exits/<int:pk>/decide/", files.decide, name="file_decide"),
    path("neutralised/", neutralised.neutralised, name="neutralised"),
    path("neutralised/<int:pk>/remove/", neutralised.remove, name="neutralised_remove"),
    path("skills/", skills.skill_list, name="skills"),
    path("skills/validate/", skills.validate, name="skill_validate"),
    path("skills/<int:pk>/", skills.held, name="skill"),
    path("programme/", programme.programmes, name="programme"),
    path("programme/<slug:code>/lead/", programme.lead, name="programme_lead"),
    path("programme/<slug:code>/phases/", programme.phase_new, name="phase_new"),
    path("programme/<slug:code>/phases/<int:pk>/", programme.phase, name="phase"),
]

MENTORING = [
    path("mentoring/", mentoring.session_list, name="mentoring"),
    path("mentoring/calendar/", calendar.page, name="mentoring_calendar"),
    path("mentoring/new/", mentoring.new, name="session_new"),
    path("mentoring/people/", mentoring.people, name="mentoring_people"),
    path("mentoring/follow-up/", referee.follow_up, name="mentoring_follow_up"),
    path("mentoring/<int:pk>/", mentoring.page, name="session"),
    path("mentoring/<int:pk>/edit/", mentoring.edit, name="session_edit"),
    path("mentoring/<int:pk>/sign/", mentoring.sign, name="session_sign"),
    path("mentoring/<int:pk>/cancel/", mentoring.cancel, name="session_cancel"),
    path("mentoring/<int:pk>/dispute/", mentoring.dispute, name="session_dispute"),
    path("mentoring/<int:pk>/settle/", referee.settle, name="session_settle"),
]

DURABLE = [
    path("dossier-arcq/", dossier.mine, name="dossier"),
    path("dossier-arcq/people/", dossier.people, name="dossier_people"),
    path("dossier-arcq/<int:pk>/", dossier.of_employee, name="dossier_of"),
    path("competencies/", competencies.people, name="competencies"),
    path("competencies/<int:pk>/", competencies.person, name="competency_person"),
    path("competencies/<int:pk>/comment/", dossier.comment, name="competency_comment"),
    path("arcq/", arcq.units, name="arcq"),
    path("arcq/<slug:code>/", arcq.page, name="arcq_page"),
    path("arcq/<slug:code>/publish/", arcq.publish, name="arcq_publish"),
]

CAMPAIGNS = [
    path("recognition/campaigns/", campaigns.campaign_list, name="campaigns"),
    path("recognition/campaigns/new/", campaigns.new, name="campaign_new"),
    path("recognition/campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("recognition/campaigns/<int:pk>/awards/", awards.award_list, name="campaign_awards"),
    path("recognition/campaigns/<int:pk>/awards.csv", awards.award_file, name="campaign_awards_file"),
    path("recognition/campaigns/<int:pk>/awards/<int:award_pk>/", awards.award, name="campaign_award"),
    path("recognition/campaigns/<int:pk>/blocking/", campaigns.blocking, name="campaign_blocking"),
    path("recognition/campaigns/<int:pk>/payroll/", campaigns.payroll_file, name="campaign_payroll"),
    path("recognition/campaigns/<int:pk>/<slug:name>/", campaigns.step, name="campaign_step"),
    path("recognition/envelopes/<int:scheme_pk>/", envelopes.envelope, name="envelope"),
]

APPEALS = [
    path("recognition/awards/<int:award_pk>/appeal/", appeals.new, name="appeal_new"),
    path("recognition/appeals/", appeals.appeal_list, name="appeals"),
    path("recognition/appeals/<int:pk>/", appeals.own, name="appeal"),
    path("recognition/appeals/<int:pk>/withdraw/", appeals.withdraw, name="appeal_withdraw"),
    path("recognition/appeals/<int:pk>/decide/", appeals.decide, name="appeal_decide"),
    path("recognition/appeals/<int:pk>/second-level/", appeals.second_level, name="appeal_second_level"),
]

TRANSPARENCY = [
    path("recognition/transparency/", transparency.transparency, name="transparency"),
    path("recognition/transparency.csv", transparency.transparency_file, name="transparency_file"),
]

VERDICTS = [
    path("account/recognition/", my_recognition.my_recognition, name="my_recognition"),
    path("account/recognition/eligibility/", my_recognition.my_eligibility, name="my_eligibility"),
    path("recognition/eligibility/", eligibility.eligibility, name="eligibility"),
    path("recognition/eligibility/<int:pk>/", eligibility.eligibility_of, name="eligibility_of"),
]

SCHEME = [
    path("recognition/conditions/", conditions.current, name="conditions"),
    path(
        "recognition/conditions/<slug:programme>/<int:number>/",
        conditions.conditions,
        name="conditions_version",
    ),
    path("recognition/schemes/", schemes.schemes, name="schemes"),
    path("recognition/schemes/new/", schemes.new, name="scheme_new"),
    path("recognition/schemes/<int:pk>/", schemes.scheme, name="scheme"),
    path("recognition/schemes/<int:pk>/preview/", conditions.preview, name="scheme_preview"),
    path("recognition/schemes/<int:pk>/publish/", schemes.publish, name="scheme_publish"),
    path("recognition/schemes/<int:pk>/drop/", schemes.drop, name="scheme_drop"),
    path("recognition/schemes/<int:pk>/stop/", schemes.stop_renewal, name="scheme_stop"),
    path("recognition/schemes/<int:pk>/criteria/new/", scheme_editor.criterion, name="criterion_new"),
    path("recognition/schemes/<int:pk>/criteria/<slug:code>/", scheme_editor.criterion, name="criterion"),
    path("recognition/schemes/<int:pk>/levels/new/", scheme_editor.level, name="level_new"),
    path("recognition/schemes/<int:pk>/levels/<slug:code>/", scheme_editor.level, name="level"),
    path("recognition/schemes/<int:pk>/<slug:name>/", scheme_editor.section, name="scheme_section"),
    path("recognition/simulations/", simulations.simulations, name="simulations"),
    path("recognition/simulations/<int:pk>/", simulations.simulation, name="simulation"),
    path("recognition/simulations/<int:pk>/file/", simulations.simulation_file, name="simulation_file"),
]

urlpatterns = [
    *PARTICIPATION,
    *MENTORING,
    *DURABLE,
    *suggestions,
    *surveys,
    *VERDICTS,
    *CAMPAIGNS,
    *APPEALS,
    *TRANSPARENCY,
    *SCHEME,
]

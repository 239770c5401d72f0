"""What is told of people: applications, passwords, teams, and the talk with our people."""

from django.utils.translation import gettext_lazy as _

from partners.models.notice_choices import Topic
from partners.services.notice_kinds.kind import NoticeKind

KINDS = {
    # To the partner: how the application goes.
    "registered": NoticeKind(
        Topic.APPROVAL,
        _("We have your application"),
        _(
            "%(company)s is registered and waits for approval. A person of ours reads every "
            "application; as soon as it is decided you are told here, and by email and Telegram "
            "where you have given them."
        ),
        "hold",
    ),
    "approved": NoticeKind(
        Topic.APPROVAL,
        _("Your application is approved"),
        _("%(company)s may start working: connect your first marketplace."),
        "ok",
    ),
    "rejected": NoticeKind(
        Topic.APPROVAL,
        _("Your application is rejected"),
        _("The reason: “%(reason)s”. You may correct the application and send it again."),
        "bad",
    ),
    "blocked": NoticeKind(
        Topic.APPROVAL,
        _("Your account is blocked"),
        _("%(company)s cannot work for now. The reason: “%(reason)s”."),
        "bad",
    ),
    "blocked_until": NoticeKind(
        Topic.APPROVAL,
        _("Your account is blocked until %(until)s"),
        _(
            "%(company)s cannot work until then; on %(until)s it goes on by itself. The reason: "
            "“%(reason)s”."
        ),
        "bad",
    ),
    "deactivated": NoticeKind(
        Topic.APPROVAL,
        _("Your account is deactivated"),
        _(
            "%(company)s does not work with SellerCloudX any more; your data stays as it is. The "
            "reason: “%(reason)s”. If you want to come back, write to us under Support."
        ),
        "bad",
    ),
    "reactivated": NoticeKind(
        Topic.APPROVAL,
        _("Your account is active again"),
        _("%(company)s works with SellerCloudX again; what was waiting goes on by itself."),
        "ok",
    ),
    "unblocked": NoticeKind(
        Topic.APPROVAL,
        _("Your account works again"),
        _("%(company)s is not blocked any more; what was waiting goes on by itself."),
        "ok",
    ),
    "referral_joined": NoticeKind(
        Topic.REFERRAL,
        _("Somebody came by your code"),
        _("%(company)s has registered by your code %(code)s."),
    ),
    # To a person: the password.
    "password_reset": NoticeKind(
        Topic.ACCOUNT,
        _("A new password for SellerCloudX"),
        _(
            "Somebody asked for a new password for your account. The link in this message works "
            "for one hour and once. If it was not you, do nothing: your password stays as it is."
        ),
        is_key=True,
    ),
    "password_changed": NoticeKind(
        Topic.ACCOUNT,
        _("Your password was changed"),
        _(
            "It was changed by the link that we sent you, and you are logged out everywhere. If it "
            "was not you, write to us at once."
        ),
        "warn",
    ),
    "password_changed_here": NoticeKind(
        Topic.ACCOUNT,
        _("You have changed your password"),
        _(
            "It was changed in the settings by somebody who knew the old one, and other browsers "
            "are logged out. If it was not you, ask for a new password on the login page at once, "
            "and write to us."
        ),
        "warn",
    ),
    # To a person of ours: the second step.
    "second_factor_set_up": NoticeKind(
        Topic.ACCOUNT,
        _("Your second step is set up"),
        _(
            "From now on a code from your phone is asked for after your password. If it was not "
            "you, write to us at once."
        ),
    ),
    "second_factor_removed": NoticeKind(
        Topic.ACCOUNT,
        _("Your second step was removed"),
        _(
            "An admin took it away; you set it up anew when you log in next. If you did not ask "
            "for it, change your password and write to us at once."
        ),
        "warn",
    ),
    "second_factor_guessed": NoticeKind(
        Topic.ACCOUNT,
        _("Too many wrong codes for your account"),
        _(
            "Somebody typed your password and then wrong codes, so no more are taken for a quarter "
            "of an hour. If it was not you, change your password at once."
        ),
        "bad",
    ),
    "recovery_code_used": NoticeKind(
        Topic.ACCOUNT,
        _("A recovery code was used"),
        _(
            "Somebody passed the second step with one of your recovery codes; you have %(left)s "
            "left. If it was not you, change your password and make new codes at once."
        ),
        "warn",
    ),
    "contacts_changed": NoticeKind(
        Topic.ACCOUNT,
        _("Your phone or email was changed"),
        _(
            "Phone: %(phone)s, email: %(email)s. You log in by these from now on. If it was not "
            "you, write to us at once."
        ),
        "warn",
    ),
    "telegram_linked": NoticeKind(
        Topic.ACCOUNT,
        _("Telegram is linked to your account"),
        _(
            "What we tell you comes to %(name)s, too. If it was not you, unlink it in the cabinet, "
            "under Notifications, and change your password."
        ),
        "warn",
    ),
    "telegram_taken": NoticeKind(
        Topic.ACCOUNT,
        _("Telegram is not linked to your account any more"),
        _(
            "Somebody linked %(name)s to another account, so what we tell you goes there no more. "
            "Link it anew under Notifications if it is yours; if you did not expect this, change "
            "your password."
        ),
        "warn",
    ),
    "telegram_blocked": NoticeKind(
        Topic.ACCOUNT,
        _("Telegram reaches you no more"),
        _(
            "You have blocked our bot, or that Telegram is gone. Let the bot in again there, or "
            "link another Telegram under Notifications."
        ),
        "bad",
    ),
    # About the team.
    "invited": NoticeKind(
        Topic.TEAM,
        _("%(company)s invites you to its team"),
        _(
            "By the link below you come in with the account you have, or make one. It works once, "
            "within 7 days; do not pass it on."
        ),
    ),
    "member_joined": NoticeKind(
        Topic.TEAM,
        _("%(person)s has joined the team"),
        _("They came to %(company)s by your invitation."),
        "ok",
    ),
    # To our staff.
    "partner_registered": NoticeKind(
        Topic.APPROVAL,
        _("New application: %(company)s"),
        _("%(person)s, %(tax_id)s. It waits for your decision."),
        "hold",
    ),
    "partner_applied_again": NoticeKind(
        Topic.APPROVAL,
        _("Corrected application: %(company)s"),
        _("%(person)s, %(tax_id)s. It waits for your decision."),
        "hold",
    ),
    "answer_unreadable": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(marketplace)s changed an answer: %(of)s"),
        _("What we cannot read is kept beside the rest. The first reason: %(reason)s"),
        "bad",
    ),
    "needs_our_people": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(marketplace)s, %(shop)s: something we do not understand"),
        _("The seller reads that we look into it. Call: %(of)s. What happened: %(reason)s"),
        "bad",
    ),
    "rate_aside": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("The rate of %(currency)s moved too far within a day"),
        _("From %(before)s to %(now)s soʻm. The one before is used until you decide."),
        "bad",
    ),
    "ai_provider_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(provider)s does not let us in"),
        _("Cards are made without it until this is mended. In their words: %(reason)s"),
        "bad",
    ),
    "ai_request_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(provider)s does not understand what we ask"),
        _("Cards are made without it until this is mended. In their words: %(reason)s"),
        "bad",
    ),
    "stock_wrong": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("The stock of %(company)s does not add up"),
        _("The hourly check found it: %(products)s. Look at the ledger before it is mended."),
        "bad",
    ),
    # About the talk with our people.
    "chat": NoticeKind(
        Topic.CHAT,
        _("SellerCloudX has written to you"),
        _("“%(text)s” — the talk stands under Support."),
    ),
    "chat_partner": NoticeKind(
        Topic.CHAT,
        _("%(company)s writes"),
        _("The message: “%(text)s”"),
        "hold",
    ),
    # About tickets: to the partner, then to our staff.
    "ticket_answered": NoticeKind(
        Topic.CHAT,
        _("Ticket № %(number)s: we have answered"),
        _("%(subject)s. The answer: “%(text)s”"),
    ),
    "ticket_resolved": NoticeKind(
        Topic.CHAT,
        _("Ticket № %(number)s is resolved"),
        _("%(subject)s. If it is not solved for you, answer in the ticket: it opens again."),
        "ok",
    ),
    "ticket_closed": NoticeKind(
        Topic.CHAT,
        _("Ticket № %(number)s is closed"),
        _("%(subject)s. Nobody answers there any more; for anything else open a new ticket."),
        "mute",
    ),
    "ticket_opened": NoticeKind(
        Topic.CHAT,
        _("%(company)s opens ticket № %(number)s"),
        _("%(subject)s. The message: “%(text)s”"),
        "hold",
    ),
    "ticket_partner_answered": NoticeKind(
        Topic.CHAT,
        _("%(company)s answers in ticket № %(number)s"),
        _("%(subject)s. The message: “%(text)s”"),
        "hold",
    ),
    "ticket_reopened": NoticeKind(
        Topic.CHAT,
        _("%(company)s opens ticket № %(number)s again"),
        _("%(subject)s. It is not solved for them: “%(text)s”"),
        "warn",
    ),
    "ticket_assigned": NoticeKind(
        Topic.CHAT,
        _("Ticket № %(number)s is yours"),
        _("%(company)s: %(subject)s. A colleague has given it to you."),
    ),
}

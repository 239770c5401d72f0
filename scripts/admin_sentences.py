"""What Django's own admin says: its Uzbek has gaps, and what stands in our catalogues wins.

`tests/partners/test_admin_words.py` visits its pages and finds what is still missing.
"""

ONE = (
    " By %(filter_title)s ",
    "%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?",
    "0 of %(cnt)s selected",
    "Add another %(model)s",
    "Add link",
    "After you’ve created a user, you’ll be able to edit more user options.",
    (
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All '
        "of the following related items will be deleted:"
    ),
    "Breadcrumbs",
    "Change history: %s",
    "Change my password",
    "Change or view list link",
    "Content Types",
    "Designates that this user has all permissions without explicitly assigning them.",
    "Disable password-based authentication",
    "Disabled",
    "Enabled",
    "Enter a new password for the user <strong>%(username)s</strong>.",
    "Error:",
    "Filter navigation items",
    "Go",
    "Hold down “Control”, or “Command” on a Mac, to select more than one.",
    "Home",
    "Model name",
    "Models in the %(name)s application",
    "No, take me back",
    "None available",
    "Objects",
    "Old password",
    "Password change",
    "Password-based authentication",
    (
        "Please enter your old password, for security’s sake, and then enter your new "
        "password twice so we can verify you typed it in correctly."
    ),
    "Save and add another",
    "Save and continue editing",
    "Select %s to change",
    "Select %s to view",
    "Select all objects on this page for an action",
    "Select this object for an action - {}",
    "Show counts",
    "Sidebar",
    "Skip to main content",
    "Specific permissions for this user.",
    "Start typing to filter…",
    (
        "The groups this user belongs to. A user will get all permissions granted to "
        "each of their groups."
    ),
    "This object doesn’t have a change history. It probably wasn’t added via this admin site.",
    "Toggle theme (current theme: auto)",
    "Toggle theme (current theme: dark)",
    "Toggle theme (current theme: light)",
    (
        "Whether the user will be able to authenticate using a password or not. If "
        "disabled, they may still be able to authenticate using other backends, such as "
        "Single Sign-On or LDAP."
    ),
    "Yes, I’m sure",
    "Your password can’t be a commonly used password.",
    "Your password can’t be entirely numeric.",
    "Your password can’t be too similar to your other personal information.",
    "groups",
    "permission",
    "permissions",
    "superuser status",
    "user permissions",
    "Constraint “%(name)s” is violated.",
)
# One, many.
MANY = (
    ("%(counter)s result", "%(counter)s results"),
    ("%(total_count)s selected", "All %(total_count)s selected"),
    ("Please correct the error below.", "Please correct the errors below."),
    (
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
)

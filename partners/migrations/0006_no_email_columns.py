from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_carry_deliveries")]

    operations = [
        migrations.RemoveIndex(
            model_name="notification",
            name="notifications_mail_due_idx",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="email_attempts",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="email_due_at",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="email_error",
        ),
        migrations.RemoveField(
            model_name="notification",
            name="email_state",
        ),
    ]

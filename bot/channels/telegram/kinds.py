"""Names of the fields that say what a message is: https://core.telegram.org/bots/api#message."""

from __future__ import annotations

from bot.channels.incoming import Media

# First come, first served: an animation is a document too, a venue a location.
MEDIA = {
    "photo": Media.IMAGE,
    "live_photo": Media.IMAGE,
    "video": Media.IMAGE,
    "animation": Media.IMAGE,
    "video_note": Media.IMAGE,
    "voice": Media.VOICE,
    "audio": Media.VOICE,
    "sticker": Media.STICKER,
    "venue": Media.LOCATION,
    "location": Media.LOCATION,
    "contact": Media.CONTACT,
}

# What apps and Telegram itself write into a chat; nobody said it. A name that is missing here is
# taken for something that somebody sent: an answer too many is better than silence.
SERVICE = frozenset(
    {
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "chat_shared",
        "checklist_tasks_added",
        "checklist_tasks_done",
        "community_chat_added",
        "community_chat_removed",
        "connected_website",
        "delete_chat_photo",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "gift",
        "gift_upgrade_sent",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "managed_bot_created",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_members",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "passport_data",
        "pinned_message",
        "poll_option_added",
        "poll_option_deleted",
        "proximity_alert_triggered",
        "refunded_payment",
        "successful_payment",
        "suggested_post_approval_failed",
        "suggested_post_approved",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "supergroup_chat_created",
        "unique_gift",
        "users_shared",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "web_app_data",
        "write_access_allowed",
    }
)

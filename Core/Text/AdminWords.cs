namespace Pipeline.Text;

/// <summary>The words that admins may type, in the languages of the app and in German. Each column uses some of these lists.</summary>
/// <remarks>Write them as people do: <see cref="TypedWords{T}"/> ignores case, accents, quotes and punctuation.</remarks>
public static class AdminWords
{
    public const string Yes = "yes, y, true, ok, okay, oui, vrai, sí, verdadero, ja, نعم, موافق";
    public const string No = "no, n, false, non, faux, falso, nein, لا";

    public const string Publish =
        "published, publish, approved, approve, accepted, accept, publié, publiée, publier, approuvé, accepté, publicado, "
        + "publicada, publicar, aprobado, aprobada, aceptado, veröffentlicht, veröffentlichen, منشور, منشورة, نشر, مقبول";

    public const string Decline =
        "declined, decline, rejected, reject, refused, refuse, refusé, refusée, refuser, rejeté, rejetée, rejeter, rechazado, "
        + "rechazada, rechazar, abgelehnt, ablehnen, مرفوض, مرفوضة, رفض";

    public const string Pend =
        "pending, waiting, wait, unpublish, unpublished, withdrawn, withdraw, en attente, dépublié, retiré, pendiente, "
        + "en espera, retirado, ausstehend, zurückgezogen, معلق, قيد الانتظار, قيد المراجعة";

    public const string Send =
        "sending, send, go, resume, continue, envoi, envoyer, en cours, reprendre, continuer, enviando, enviar, continuar, "
        + "reanudar, senden, weiter, إرسال, استئناف, متابعة";

    public const string Hold =
        "held, hold, stop, stopped, pause, paused, wait, arrêter, arrêté, suspendu, suspendre, retenu, detener, detenido, "
        + "parar, pausa, retenido, suspendido, anhalten, angehalten, gestoppt, إيقاف, متوقف, تعليق";

    public const string Closed = "closed, close, clos, fermé, terminé, cerrado, terminado, geschlossen, مغلق";

    public const string Sent = "sent, done, resent, envoyé, envoyée, enviado, enviada, gesendet, مرسل, تم الإرسال, أرسل";

    public const string Resend =
        "resend, send, again, retry, send again, renvoyer, réessayer, reenviar, erneut senden, إعادة الإرسال, أعد الإرسال";

    public const string Failed = "failed, fail, refused, échoué, échec, fallido, fallida, fehlgeschlagen, فشل";

    public const string Unknown = "unknown, inconnu, desconocido, unbekannt, مجهول, غير معروف";

    public const string Confirmed = "confirmed, confirm, confirmé, confirmée, confirmado, confirmada, bestätigt, مؤكد";

    public const string Unconfirmed = "unconfirmed, non confirmé, no confirmado, unbestätigt, غير مؤكد";

    public const string Unsubscribed =
        "unsubscribed, unsubscribe, désabonné, désabonnée, désinscrit, desuscrito, dado de baja, baja, abgemeldet, "
        + "ألغى الاشتراك, إلغاء الاشتراك";

    public const string Bounced = "bounced, bounce, rebondi, rebotado, unzustellbar, مرتد";

    public const string Complained = "complained, complaint, spam, plainte, queja, beschwerde, شكوى";
}

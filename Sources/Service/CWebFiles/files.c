#include "CWebFiles.h"

// SwiftPM's own rule .embedInCode writes a Swift array of numbers, which the compiler reads for half a minute; this
// takes no time, and a change to one of the files is noticed. Clang 19 and newer have #embed.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char api_js[] = {
#embed "../Server/Web/api.js"
};
static const unsigned char app_js[] = {
#embed "../Server/Web/app.js"
};
static const unsigned char card_js[] = {
#embed "../Server/Web/card.js"
};
static const unsigned char docs_css[] = {
#embed "../Server/Web/docs.css"
};
static const unsigned char docs_html[] = {
#embed "../Server/Web/docs.html"
};
static const unsigned char docs_js[] = {
#embed "../Server/Web/docs.js"
};
static const unsigned char element_js[] = {
#embed "../Server/Web/element.js"
};
static const unsigned char icon_192_png[] = {
#embed "../Server/Web/icon-192.png"
};
static const unsigned char icon_512_png[] = {
#embed "../Server/Web/icon-512.png"
};
static const unsigned char icon_svg[] = {
#embed "../Server/Web/icon.svg"
};
static const unsigned char index_html[] = {
#embed "../Server/Web/index.html"
};
static const unsigned char intake_js[] = {
#embed "../Server/Web/intake.js"
};
static const unsigned char key_js[] = {
#embed "../Server/Web/key.js"
};
static const unsigned char library_js[] = {
#embed "../Server/Web/library.js"
};
static const unsigned char manifest_webmanifest[] = {
#embed "../Server/Web/manifest.webmanifest"
};
static const unsigned char model_js[] = {
#embed "../Server/Web/model.js"
};
static const unsigned char openapi_json[] = {
#embed "../Server/Web/openapi.json"
};
static const unsigned char picture_js[] = {
#embed "../Server/Web/picture.js"
};
static const unsigned char plane_js[] = {
#embed "../Server/Web/plane.js"
};
static const unsigned char queue_js[] = {
#embed "../Server/Web/queue.js"
};
static const unsigned char save_js[] = {
#embed "../Server/Web/save.js"
};
static const unsigned char schema_js[] = {
#embed "../Server/Web/schema.js"
};
static const unsigned char service_worker_js[] = {
#embed "../Server/Web/service-worker.js"
};
static const unsigned char songlist_js[] = {
#embed "../Server/Web/songlist.js"
};
static const unsigned char songs_js[] = {
#embed "../Server/Web/songs.js"
};
static const unsigned char staff_js[] = {
#embed "../Server/Web/staff.js"
};
static const unsigned char stream_js[] = {
#embed "../Server/Web/stream.js"
};
static const unsigned char style_css[] = {
#embed "../Server/Web/style.css"
};
static const unsigned char trial_js[] = {
#embed "../Server/Web/trial.js"
};
static const unsigned char options_js[] = {
#embed "../Server/Web/options.js"
};
static const unsigned char words_js[] = {
#embed "../Server/Web/words.js"
};

#define FILE(name, bytes) {name, bytes, sizeof(bytes)}

static const web_file files[] = {
    FILE("api.js", api_js),
    FILE("app.js", app_js),
    FILE("card.js", card_js),
    FILE("docs.css", docs_css),
    FILE("docs.html", docs_html),
    FILE("docs.js", docs_js),
    FILE("element.js", element_js),
    FILE("icon-192.png", icon_192_png),
    FILE("icon-512.png", icon_512_png),
    FILE("icon.svg", icon_svg),
    FILE("index.html", index_html),
    FILE("intake.js", intake_js),
    FILE("key.js", key_js),
    FILE("library.js", library_js),
    FILE("manifest.webmanifest", manifest_webmanifest),
    FILE("model.js", model_js),
    FILE("openapi.json", openapi_json),
    FILE("picture.js", picture_js),
    FILE("plane.js", plane_js),
    FILE("queue.js", queue_js),
    FILE("save.js", save_js),
    FILE("schema.js", schema_js),
    FILE("service-worker.js", service_worker_js),
    FILE("songlist.js", songlist_js),
    FILE("songs.js", songs_js),
    FILE("staff.js", staff_js),
    FILE("stream.js", stream_js),
    FILE("style.css", style_css),
    FILE("trial.js", trial_js),
    FILE("options.js", options_js),
    FILE("words.js", words_js),
};

const web_file *web_file_at(size_t index) {
    return index < sizeof(files) / sizeof(files[0]) ? &files[index] : NULL;
}
